package apischema

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// schedule checks the schedule of a CronJob, which the API server reads with the
// standard parser of github.com/robfig/cron.
func schedule(v *value) {
	if err := parseSchedule(v.node.Value); err != nil {
		v.refuse(ScheduleInvalid, "schedule %q is not valid: %s", v.node.Value, err)
	}
}

// cronFields are the fields of a schedule, and what they may hold.
var cronFields = [...]struct {
	name      string
	low, high int
	names     string
}{
	{"minute", 0, 59, ""},
	{"hour", 0, 23, ""},
	{"day of the month", 1, 31, ""},
	{"month", 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"},
	{"day of the week", 0, 6, "sun mon tue wed thu fri sat"},
}

var cronWords = map[string]bool{
	"@yearly": true, "@annually": true, "@monthly": true, "@weekly": true, "@daily": true, "@midnight": true, "@hourly": true,
}

func parseSchedule(s string) error {
	if strings.Contains(s, "TZ") {
		return fmt.Errorf("the time zone belongs in timeZone")
	}
	if strings.HasPrefix(s, "@") {
		if every, ok := strings.CutPrefix(s, "@every "); ok {
			if _, err := time.ParseDuration(every); err != nil {
				return fmt.Errorf("%q is not a duration", every)
			}
			return nil
		}
		if !cronWords[s] {
			return fmt.Errorf("%q is none of the words that stand for a schedule", s)
		}
		return nil
	}
	fields := strings.Fields(s)
	if len(fields) != len(cronFields) {
		return fmt.Errorf("it has %d fields and needs %d: minute, hour, day of the month, month, day of the week", len(fields), len(cronFields))
	}
	for i, text := range fields {
		for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' }) {
			if err := cronRange(part, i); err != nil {
				return fmt.Errorf("%s: %w", cronFields[i].name, err)
			}
		}
	}
	return nil
}

// cronRange checks one part of a field: *, 5, 1-5, */15, mon-fri/2.
func cronRange(text string, field int) error {
	f := cronFields[field]
	span, step, stepped := strings.Cut(text, "/")
	if stepped && strings.Contains(step, "/") {
		return fmt.Errorf("%q has two steps", text)
	}
	lowText, highText, ranged := strings.Cut(span, "-")
	low, high := f.low, f.high
	var err error
	if lowText != "*" && lowText != "?" {
		if low, err = cronNumber(lowText, f.names, f.low); err != nil {
			return err
		}
		switch {
		case ranged && strings.Contains(highText, "-"):
			return fmt.Errorf("%q has two dashes", text)
		case ranged:
			if high, err = cronNumber(highText, f.names, f.low); err != nil {
				return err
			}
		case !stepped:
			high = low
		}
	}
	if stepped {
		n, err := strconv.Atoi(step)
		if err != nil || n < 0 {
			return fmt.Errorf("%q is not a number", step)
		}
		if n == 0 {
			return fmt.Errorf("a step of 0 never ends")
		}
	}
	switch {
	case low < f.low:
		return fmt.Errorf("%d is below %d", low, f.low)
	case high > f.high:
		return fmt.Errorf("%d is above %d", high, f.high)
	case low > high:
		return fmt.Errorf("%q ends before it starts", text)
	}
	return nil
}

func cronNumber(text, names string, first int) (int, error) {
	for i, name := range strings.Fields(names) {
		if strings.EqualFold(name, text) {
			return first + i, nil
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return n, nil
}
