package check

import (
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// A saying is what files of a repository may say that makes notes of findings. Those
// for which the same is asked have the same Q.
type saying[Q comparable] struct {
	asks  func(o *outcome, f *finding.Finding) (q Q, ok bool)
	wants func(file string) bool
	// says returns why findings are notes, "" if they are not; a file that says nothing
	// has no function.
	says func(file string, text []byte) func(Q) (why string)
	most int                                  // files that are read, 0 for any number
	tell func(f *finding.Finding, why string) // instead of answer, may be nil
}

// ask has the files of the repositories read that findings are in. A severity that is set
// stays.
func (s saying[Q]) ask(outcomes []outcome, readers textReaders) {
	asked := map[string]map[Q][]*finding.Finding{} // by the top of the repository
	for i := range outcomes {
		o := &outcomes[i]
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; set || f.Severity < finding.Warning {
				continue
			}
			q, ok := s.asks(o, f)
			if top := o.tree.top(); ok && top != "" {
				if asked[top] == nil {
					asked[top] = map[Q][]*finding.Finding{}
				}
				asked[top][q] = append(asked[top][q], f)
			}
		}
	}
	for top, questions := range asked {
		readers[top] = append(readers[top], s.reader(questions))
	}
}

func (s saying[Q]) reader(questions map[Q][]*finding.Finding) *textReader {
	return &textReader{most: s.most, wants: s.wants, read: func(file string, text []byte) (more bool) {
		says := s.says(file, text)
		if says == nil {
			return true
		}
		for q, findings := range questions {
			why := says(q)
			if why == "" {
				continue
			}
			for _, f := range findings {
				if s.tell != nil {
					s.tell(f, why)
				} else {
					answer(f, why)
				}
				f.Severity = finding.Note
			}
			delete(questions, q)
		}
		return len(questions) > 0
	}}
}
