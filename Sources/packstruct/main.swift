// Packs and unpacks JSON lines from standard input, as Python's `struct` would, and answers each with a line.
//
//     {"format": "<I3s", "values": [1, {"hex": "616263"}]}    ->  {"bytes": "01000000616263"}
//     {"format": "<I3s", "bytes": "01000000616263"}           ->  {"values": [1, {"hex": "616263"}]}
//
// Byte strings are {"hex": …}; NaN, Infinity and -Infinity are written as Python's json writes them. What cannot be
// done is answered with {"error": …}, a line that is no request among them, and the next line is served.

var input = LineReader(descriptor: 0, maximumLength: Bounds.line)
var output = LineWriter(descriptor: 1)

while let line = input.next(beforeWaiting: { output.flush() }) {
  switch line {
  case .line(let bytes): output.write(Service.answer(bytes))
  case .tooLong: output.write(Service.answer(error: "a line of more than \(Bounds.line) bytes"))
  }
}
output.flush()
