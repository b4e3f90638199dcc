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

var resources = &Normalizer{
	Name: "resources",
	Doc: "Sets the requests and limits that a container leaves unset, from the profile of its workload. " +
		"A workload without a profile is left alone, and so is a pod that sets resources for the pod as a whole. " +
		"A limit is never put below a request, nor a request above a limit.",
	Default: true,
	setting: func(c *config.Normalize) (bool, *bool) {
		if c.Resources == nil {
			return false, nil
		}
		return true, c.Resources.Enabled
	},
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
				if profile, ok := r.Profile(named.Profile); ok {
					f := filler{pass: p, object: o, container: c, cfg: r, named: named, profile: profile}
					f.fill()
				}
			}
		}
	},
}

// filler sets the requests and limits of one container.
type filler struct {
	pass      *Pass
	object    *inventory.Object
	container *inventory.Container
	cfg       *config.Resources
	named     Named
	profile   config.Profile
}

// amount is a quantity and the part of the configuration it comes from.
type amount struct {
	*resource.Quantity
	cause string
}

func (f *filler) fill() {
	names := map[string]bool{}
	for name := range f.profile.Requests {
		names[name] = true
	}
	for name := range f.profile.Limits {
		names[name] = true
	}
	limits, requests := map[string]amount{}, map[string]amount{}
	for name := range names {
		request, limit := f.one(name)
		if limit.Quantity != nil {
			limits[name] = limit
		}
		if request.Quantity != nil {
			requests[name] = request
		}
	}
	f.set("limits", limits)
	f.set("requests", requests)
}

// one returns what to set as request and limit of one resource, such as
// memory; nothing where the container's own values stay.
func (f *filler) one(name string) (request, limit amount) {
	ownRequest, ok1 := f.own("requests", name)
	ownLimit, ok2 := f.own("limits", name)
	if !ok1 || !ok2 {
		return // null, a placeholder or a mistake: there is nothing to compare with
	}
	request, limit = f.want(name)
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
		if l := f.byRatio(amount{Quantity: ownRequest}, name); l.Cmp(*limit.Quantity) > 0 {
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
	return request, limit
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

// want is the request and limit of the profile at the scale of the
// environment, without a quantity where it has none.
func (f *filler) want(name string) (request, limit amount) {
	request = f.scaled(amount{parse(f.profile.Requests[name]), f.cause("requests", name)}, name)
	limit = f.scaled(amount{parse(f.profile.Limits[name]), f.cause("limits", name)}, name)
	if _, ok := f.cfg.Ratio[name]; ok && limit.Quantity == nil && request.Quantity != nil {
		limit = f.byRatio(request, name)
	}
	if limit.Quantity != nil && request.Quantity != nil && limit.Cmp(*request.Quantity) < 0 {
		limit.Quantity = request.Quantity // rounding
	}
	return request, limit
}

// byRatio is the limit that goes with a request: the request itself where no
// ratio is configured.
func (f *filler) byRatio(request amount, name string) amount {
	ratio, ok := f.cfg.Ratio[name].Rat()
	if !ok {
		return amount{request.Quantity, "the request"}
	}
	return amount{multiply(request.Quantity, ratio, name), "spec.normalize.resources.ratio." + name}
}

func (f *filler) scaled(a amount, name string) amount {
	factor, ok := f.cfg.Scale[name].Rat()
	if !ok || a.Quantity == nil {
		return a
	}
	a.Quantity = scale(a.Quantity, parse(f.profile.Floor[name]), factor, name)
	a.cause += " times spec.normalize.resources.scale." + name
	return a
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

// cause is the place that a profile's value comes from.
func (f *filler) cause(field, name string) string {
	own := f.cfg.Profiles[f.named.Profile].Limits
	if field == "requests" {
		own = f.cfg.Profiles[f.named.Profile].Requests
	}
	if _, ok := own[name]; !ok {
		return "the built-in profile " + f.named.Profile
	}
	return "spec.normalize.resources.profiles." + f.named.Profile + "." + field + "." + name
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
