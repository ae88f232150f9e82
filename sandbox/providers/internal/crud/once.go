package crud

import (
	"context"
	"errors"
	"fmt"
	"time"

	"estate/providers/internal/plugin"
	"estate/providers/internal/rest"
)

// ErrTaken is what a create fails with when the object exists and is not unmistakably the one to be made.
type ErrTaken struct{ What, ImportID string }

func (e *ErrTaken) Error() string {
	text := e.What
	if e.ImportID != "" {
		text += fmt.Sprintf(" (to manage it, import it with the id %q)", e.ImportID)
	}
	return text
}

// Once makes an object by a call that must not be repeated blindly. If no answer came, or the server says that there is
// such an object, find looks for it: found, it is taken as the one that was to be made (an earlier attempt, in this run or
// in one that was killed, made it). Else the call is made again, unless the server refused it.
//
// find returns ok for an object that is unmistakably the same, and an error to give up with.
func Once[T any](ctx context.Context, pause time.Duration, post func() (T, error), find func() (found T, ok bool, err error)) (T, error) {
	const rounds = 3
	for round := 1; ; round++ {
		made, err := post()
		if err == nil {
			return made, nil
		}
		lost := rest.MayHaveWorked(err)
		if !lost && !refused(err) || ctx.Err() != nil {
			return made, err
		}
		if lost { // it may still be at work
			if sleepErr := rest.Sleep(ctx, pause); sleepErr != nil {
				return made, err
			}
		}
		found, ok, findErr := find()
		switch {
		case findErr != nil:
			var taken *ErrTaken
			if errors.As(findErr, &taken) {
				return made, fmt.Errorf("%w: %w", err, taken)
			}
			return made, fmt.Errorf("%w; looking for what it may have made failed as well: %w", err, findErr)
		case ok:
			plugin.Log(ctx).Info("an earlier attempt had made this already: it is taken over")
			return found, nil
		case !lost || round == rounds:
			return made, err
		}
		pause *= 2
	}
}

// refused: 400, 409 and 422 are what servers answer when something of that name is there.
func refused(err error) bool {
	switch rest.Status(err) {
	case 400, 409, 412, 422:
		return true
	}
	return false
}
