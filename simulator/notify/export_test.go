package notify

// Bundled are the authorities that come with the program.
var Bundled = bundled
