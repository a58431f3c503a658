// Packs and unpacks JSON lines from standard input, as Python's `struct` would, and answers each with a line.
//
//     {"format": "<I3s", "values": [1, {"hex": "616263"}]}    ->  {"bytes": "01000000616263"}
//     {"format": "<I3s", "bytes": "01000000616263"}           ->  {"values": [1, {"hex": "616263"}]}
//
// Byte strings are {"hex": …}; NaN, Infinity and -Infinity are written as Python's json writes them. What cannot be
// done is answered with {"error": …}, a line that is no request among them, and the next line is served. The error is
// the one that CPython would have, where there are several: the format's, then a wrong number of values, then the first
// value's; what one line may ask for is bounded (see Bounds.swift), which is looked at only then.

import Glibc

let usage = """
  usage: packstruct < REQUESTS

  Packs and unpacks as Python's struct does. Each line of the input is a JSON object, answered with a line:
    {"format": "<I3s", "values": [1, {"hex": "616263"}]}    ->  {"bytes": "01000000616263"}
    {"format": "<I3s", "bytes": "01000000616263"}           ->  {"values": [1, {"hex": "616263"}]}
  or {"error": "..."}, for a line that is no such object, too.

  Bounds: a line has at most \(Bounds.line) bytes, with \(Bounds.values) JSON values, \(Bounds.depth) of them inside each
  other; a record at most \(Bounds.record) bytes (two hexadecimal digits each) and \(Bounds.values) values. What is over
  them is answered with an error.
  """

switch CommandLine.arguments.dropFirst().first {
case nil:
  break
case "--help", "-h":
  print(usage)
  exit(0)
default:
  var errors = LineWriter(descriptor: 2)
  errors.write(usage)
  errors.flush()
  exit(2)
}

var input = LineReader(descriptor: 0, maximumLength: Bounds.line)
var output = LineWriter(descriptor: 1)

while let line = input.next(beforeWaiting: { output.flush() }) {
  switch line {
  case .line(let bytes): output.write(Service.answer(bytes))
  case .tooLong: output.write(Service.answer(error: "a line of more than \(Bounds.line) bytes"))
  }
}
output.flush()
