package normalize

import (
	"maps"
	"math"
	"math/big"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/quantity"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var _ = register(&Normalizer{
	Name: "resources",
	Doc: "Sets the requests and limits that a container leaves unset, from the profile of its workload. " +
		"A workload without a profile is left alone, and so is a pod that sets resources for the pod as a whole. " +
		"A limit is never put below a request, nor a request above a limit.",
	Default: true,
	Apply: func(p *Pass, o *inventory.Object) {
		r := p.Config.Resources
		if r == nil {
			r = &config.Resources{}
		}
		for _, pod := range o.Pods() {
			if pod.Partial || !yamlnode.IsNull(yamlnode.Get(pod.Spec, "resources")) {
				continue
			}
			for _, c := range pod.Containers {
				named := ProfileOf(r, c)
				if named.Profile == "" || named.Profile == NoProfile {
					continue
				}
				if want := p.wants(r, named.Profile); want != nil {
					f := filler{pass: p, object: o, container: c, cfg: r, named: named, want: want}
					f.fill()
				}
			}
		}
	},
})

// filler sets the requests and limits of one container.
type filler struct {
	pass      *Pass
	object    *inventory.Object
	container *inventory.Container
	cfg       *config.Resources
	named     Named
	want      map[string]pair
}

// amount is a quantity and the part of the configuration it comes from.
type amount struct {
	*resource.Quantity
	cause string
}

// pair is a request and a limit, without a quantity where there is none.
type pair struct{ request, limit amount }

func (f *filler) fill() {
	limits, requests := map[string]amount{}, map[string]amount{}
	for name := range f.want {
		set := f.one(name)
		if set.limit.Quantity != nil {
			limits[name] = set.limit
		}
		if set.request.Quantity != nil {
			requests[name] = set.request
		}
	}
	f.set("limits", limits)
	f.set("requests", requests)
}

// one returns what to set as request and limit of one resource, such as
// memory; nothing where the container's own values stay.
func (f *filler) one(name string) (set pair) {
	ownRequest, ok1 := f.own("requests", name)
	ownLimit, ok2 := f.own("limits", name)
	if !ok1 || !ok2 {
		return set // null, a placeholder or a mistake: there is nothing to compare with
	}
	request, limit := f.want[name].request, f.want[name].limit
	if f.cfg.Enforce {
		if request.Quantity != nil {
			ownRequest = nil
		}
		if limit.Quantity != nil {
			ownLimit = nil
		}
	}
	switch {
	case ownLimit != nil:
		limit = amount{}
	case ownRequest != nil && limit.Quantity != nil:
		if l := byRatio(f.cfg, amount{Quantity: ownRequest}, name); l.Cmp(*limit.Quantity) > 0 {
			limit = l
		}
	}
	switch {
	case ownRequest != nil:
		request = amount{}
	case ownLimit != nil && request.Quantity != nil && request.Cmp(*ownLimit) > 0:
		request.Quantity = ownLimit
		request.cause += ", kept at the limit"
	}
	return pair{request, limit}
}

// own is the amount that the container says itself, nil if it says nothing.
// ok is false for text that is no quantity.
func (f *filler) own(field, name string) (q *resource.Quantity, ok bool) {
	n := yamlnode.Path(f.container.Node, "resources", field, name)
	if n == nil {
		return nil, true
	}
	v, err := quantity.Parse(yamlnode.String(n))
	return &v, err == nil
}

// wants is what a profile asks for by resource, at the scale of the
// environment; nil if there is no such profile. Each profile is computed once.
func (p *Pass) wants(cfg *config.Resources, name string) map[string]pair {
	want, ok := p.profiles[name]
	if ok {
		return want
	}
	if profile, ok := cfg.Profile(name); ok {
		want = map[string]pair{}
		for res := range profile.Requests {
			want[res] = wanted(cfg, name, profile, res)
		}
		for res := range profile.Limits {
			want[res] = wanted(cfg, name, profile, res)
		}
	}
	if p.profiles == nil {
		p.profiles = map[string]map[string]pair{}
	}
	p.profiles[name] = want
	return want
}

func wanted(cfg *config.Resources, profile string, values config.Profile, name string) pair {
	get := func(field string, values, own map[string]config.Quantity, floor config.Quantity) amount {
		a := amount{parse(values[name]), "the built-in profile " + profile}
		if _, ok := own[name]; ok {
			a.cause = "spec.normalize.resources.profiles." + profile + "." + field + "." + name
		}
		if factor, ok := cfg.Scale[name].Rat(); ok && a.Quantity != nil {
			a.Quantity = scale(a.Quantity, parse(floor), factor, name)
			a.cause += " times spec.normalize.resources.scale." + name
		}
		return a
	}
	own := cfg.Profiles[profile]
	w := pair{
		request: get("requests", values.Requests, own.Requests, values.Floor[name]),
		limit:   get("limits", values.Limits, own.Limits, values.Floor[name]),
	}
	if _, ok := cfg.Ratio[name]; ok && w.limit.Quantity == nil && w.request.Quantity != nil {
		w.limit = byRatio(cfg, w.request, name)
	}
	if w.limit.Quantity != nil && w.request.Quantity != nil && w.limit.Cmp(*w.request.Quantity) < 0 {
		w.limit.Quantity = w.request.Quantity // rounding
	}
	return w
}

// byRatio is the limit that goes with a request: the request itself where no
// ratio is configured.
func byRatio(cfg *config.Resources, request amount, name string) amount {
	ratio, ok := cfg.Ratio[name].Rat()
	if !ok {
		return amount{request.Quantity, "the request"}
	}
	return amount{multiply(request.Quantity, ratio, name), "spec.normalize.resources.ratio." + name}
}

// set writes amounts below resources.limits or resources.requests.
func (f *filler) set(field string, amounts map[string]amount) {
	for _, name := range slices.Sorted(maps.Keys(amounts)) {
		value := amounts[name].String()
		old := yamlnode.GetString(f.container.Node, "resources", field, name)
		if old == value {
			continue
		}
		n := yamlnode.Ensure(f.container.Node, "resources", field)
		if n == nil {
			return // something other than a mapping is in the way
		}
		yamlnode.Set(n, name, yamlnode.NewString(value))
		at := f.container.Path + ".resources." + field + "." + name
		f.pass.record(f.object, at, old, value, amounts[name].cause+", "+f.named.Cause)
	}
}

func parse(q config.Quantity) *resource.Quantity {
	if q == "" {
		return nil
	}
	v, err := quantity.Parse(string(q))
	if err != nil {
		return nil
	}
	return &v
}

// scale multiplies q. A factor below 1 takes from what is above the floor, so
// that the program still starts.
func scale(q, floor *resource.Quantity, factor *big.Rat, name string) *resource.Quantity {
	if floor == nil || factor.Cmp(big.NewRat(1, 1)) >= 0 {
		return multiply(q, factor, name)
	}
	if q.Cmp(*floor) <= 0 {
		return q
	}
	above := q.DeepCopy()
	above.Sub(*floor)
	sum := multiply(&above, factor, name).DeepCopy()
	sum.Add(*floor)
	return &sum
}

// multiply rounds up: CPU to thousandths, memory to whole Mi, everything else
// to whole numbers. A product beyond all reason is q itself.
func multiply(q *resource.Quantity, factor *big.Rat, name string) *resource.Quantity {
	if factor.Cmp(big.NewRat(1, 1)) == 0 {
		return q
	}
	exact := q.DeepCopy()
	product, ok := new(big.Rat).SetString(exact.AsDec().String())
	if !ok {
		return q
	}
	product.Mul(product, factor)
	if name == "cpu" {
		product.Mul(product, big.NewRat(1000, 1))
	}
	n := ceil(product)
	const most = math.MaxInt64 / 2
	if !n.IsInt64() || n.Int64() > most {
		return q
	}
	v := n.Int64()
	if name == "cpu" {
		return resource.NewMilliQuantity(v, resource.DecimalSI)
	}
	const mi = 1 << 20
	if q.Format == resource.BinarySI && v > mi {
		v = (v + mi - 1) / mi * mi
	}
	return resource.NewQuantity(v, q.Format)
}

func ceil(r *big.Rat) *big.Int {
	n, rest := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		n.Add(n, big.NewInt(1))
	}
	return n
}
