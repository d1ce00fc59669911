// Package notify tells traders' software that messages from customs have come: push and pull notifications
// (docs/spec/api-1.0.md#14; docs/spec/api-2.1-3.0.md#11).
//
// A client has a [movement.Box] per API version. A movement remembers the box that its client had when it began. For every
// message from customs of such a movement the engine calls [Service.Post] in the transaction that stores the message, so
// that there is one notification for each, also after a crash. The client reads its box ([Service.Read]) and acknowledges
// what it has read ([Service.Acknowledge]), or gives the box a callback URL ([Service.Subscribe]), to which the service
// sends what is in the box, and sends again what did not get through.
//
// A box exists once it was made: by the settings, by the control API, or for every client that asks if the settings say so.
// Its id is derived from the seed, the client and the name, so that it can be written down in the settings of a client.
package notify
