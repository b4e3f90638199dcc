#!/bin/sh
# Proves the connection URLs against real servers: PostgreSQL, MariaDB, Redis
# and RabbitMQ from Debian's packages, on loopback, in directories of their own.
# Needs root on Debian or Ubuntu, for apt-get and to map the hosts' names; the
# servers run as their own users and are stopped at the end.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/usr/lib/rabbitmq/bin:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)

# The names of the Services resolve in a mount namespace of this script alone.
if [ "${1-}" != inside ]; then
  if [ "$(id -u)" != 0 ]; then
    echo "$0: run it as root, in a container or a virtual machine: it installs packages" >&2
    exit 2
  fi
  exec unshare --mount "$here/run.sh" inside "$@"
fi
shift

missing=
for program in postgres:postgresql mariadbd:mariadb-server redis-server:redis-server rabbitmqctl:rabbitmq-server; do
  command -v "${program%%:*}" >/dev/null || missing="$missing ${program##*:}"
done
if [ -n "$missing" ]; then
  apt-get update -qq
  # shellcheck disable=SC2086 # a list of packages
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
  PATH=$PATH:$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
fi

work=$(mktemp -d /tmp/krm-databases.XXXXXX)
chmod 755 "$work"
pids=
stop() {
  for pid in $pids; do kill "$pid" 2>/dev/null || true; done
  for pid in $pids; do wait "$pid" 2>/dev/null || true; done
  ERL_EPMD_PORT=24369 epmd -kill >/dev/null 2>&1 || true # outlives its node
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

# directory NAME USER makes a directory that the user owns.
directory() {
  mkdir -p "$work/$1"
  chown "$2" "$work/$1"
}

# prepare NAME COMMAND… shows the command's output only when it fails.
prepare() {
  name=$1
  shift
  "$@" >"$work/$name-prepare.log" 2>&1 || { cat "$work/$name-prepare.log" >&2; exit 1; }
}

# start NAME COMMAND… runs a server in the background; its output is kept.
start() {
  name=$1
  shift
  (cd "$work/$name" && exec "$@") >"$work/$name.log" 2>&1 &
  pids="$pids $!"
}

# ready NAME COMMAND… waits until the command succeeds.
ready() {
  name=$1
  shift
  for _ in $(seq 120); do
    if "$@" >/dev/null 2>&1; then return; fi
    kill -0 "${pids##* }" 2>/dev/null || break
    sleep 0.5
  done
  echo "$name did not start:" >&2
  tail -n 30 "$work/$name.log" >&2
  exit 1
}

cat /etc/hosts >"$work/hosts"
for service in postgres mariadb redis rabbitmq; do
  echo "127.0.0.1 $service-service.databases.svc.cluster.local" >>"$work/hosts"
done
mount --bind "$work/hosts" /etc/hosts

# PostgreSQL: passwords over TCP, none for its own user on the socket.
directory postgresql postgres
echo unused >"$work/postgresql/first-password"
prepare postgresql runuser -u postgres -- initdb -D "$work/postgresql/data" -A scram-sha-256 --auth-local=trust -E UTF8 \
  --locale=C.UTF-8 --pwfile="$work/postgresql/first-password"
start postgresql runuser -u postgres -- postgres -D "$work/postgresql/data" -k "$work/postgresql" -c listen_addresses=127.0.0.1 -p 25432 -c fsync=off
ready postgresql runuser -u postgres -- psql -h "$work/postgresql" -p 25432 -c 'select 1'

# MariaDB.
directory mariadb mysql
prepare mariadb mariadb-install-db --no-defaults --user=mysql --datadir="$work/mariadb/data"
start mariadb mariadbd --no-defaults --user=mysql --datadir="$work/mariadb/data" --socket="$work/mariadb/socket" \
  --bind-address=127.0.0.1 --port=23306 --skip-name-resolve --character-set-server=utf8mb4 --pid-file="$work/mariadb/pid"
ready mariadb mariadb --no-defaults --socket="$work/mariadb/socket" -e 'select 1'

# Redis.
directory redis redis
start redis runuser -u redis -- redis-server --bind 127.0.0.1 --port 26379 --save '' --unixsocket "$work/redis/socket"
ready redis redis-cli -s "$work/redis/socket" ping

# RabbitMQ.
directory rabbitmq rabbitmq
rabbit="env HOME=$work/rabbitmq ERL_EPMD_PORT=24369 ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_NODENAME=krm@localhost
  RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=25672 RABBITMQ_DIST_PORT=25673
  RABBITMQ_MNESIA_BASE=$work/rabbitmq/mnesia RABBITMQ_LOG_BASE=$work/rabbitmq/log
  RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_CONFIG_FILE=$work/rabbitmq/none RABBITMQ_ENABLED_PLUGINS_FILE=$work/rabbitmq/plugins"
# shellcheck disable=SC2086 # words are meant
start rabbitmq runuser -u rabbitmq -- $rabbit /usr/lib/rabbitmq/bin/rabbitmq-server
# shellcheck disable=SC2086
ready rabbitmq runuser -u rabbitmq -- $rabbit /usr/lib/rabbitmq/bin/rabbitmqctl await_startup

cat >"$work/rabbitmqctl" <<SH
#!/bin/sh
exec runuser -u rabbitmq -- $(echo $rabbit) /usr/lib/rabbitmq/bin/rabbitmqctl "\$@"
SH
chmod 755 "$work/rabbitmqctl"

cd "$here"
DATABASES_POSTGRES_SOCKET=$work/postgresql \
DATABASES_MARIADB_SOCKET=$work/mariadb/socket \
DATABASES_REDIS_SOCKET=$work/redis/socket \
DATABASES_RABBITMQCTL=$work/rabbitmqctl \
  "${GO:-go}" test -count=1 "$@" ./...
