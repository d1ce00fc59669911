// Package script follows a scenario while it is served: the trader's own software sends the messages, and the
// customs offices do what the steps say.
//
// A [Run] is a scenario and how far a movement has come in it. Of an event it says what that means to the script
// ([Run.Meaning]), and of an event's outcome how the script goes on ([Run.After]): which step is next, whether
// and when the script acts by itself, and, if something else happened than the scenario says, why the movement
// leaves it. The package does nothing itself. Package engine asks it in the transaction of every event and carries
// out what it says; position and timers are stored with the movement.
//
// Steps of the trader make the script wait for their message. Steps of an officer, messages of the scenario and the
// rest of an answer come with the timer [Timer] of the movement that they concern. Timers of the office fire by
// themselves, but not before the script has come to them. Faults wait beside the script for calls that they meet.
//
// Two movements that follow one scenario share one position, which the first of them keeps. What one tells the
// other because of a step is an echo; the step is done when all its echoes have been handled.
package script
