import Addresses
import Sockets
import Testing

@testable import tutorials

@Suite("Python's text forms")
struct TextFormTests {
  @Test("values are printed and written as JSON as Python does, and JSON is read as it was written")
  func values() throws {
    var samples = Samples(seed: 1)
    let values = (0..<400).map { _ in samples.value() } + [.float(1e16), .float(1e15), .float(0.0001), .float(-0.0)]
    for value in values { #expect(try PythonValue(json: Array(value.json.utf8)) == value) }
    try askPython(
      """
      value = ast.literal_eval(case[0])
      if repr(value) != case[0]: wrong("repr", repr(value), case[0])
      if json.dumps(value) != case[1]: wrong("json", json.dumps(value), case[1])
      """, about: values.map { [$0.repr, $0.json] })
  }

  @Test("bytes, tuples and addresses")
  func bytesAndTuples() throws {
    var samples = Samples(seed: 2)
    var texts = (0..<300).map { _ in Python.repr(samples.bytes()) }
    texts += (0..<300).map { _ in Python.repr(samples.text()) }
    texts += [[UInt8(0)], Array(0...255), Array("'".utf8), Array("'\"".utf8), []].map { Python.repr($0) }
    texts += [PythonValue.tuple([]), .tuple([1]), .tuple([.text("a"), .bytes([1]), .tuple([.float(2.5)])])].map(\.repr)
    texts += [
      SocketAddress.ipv4(.loopback, port: 80), .ipv6(.loopback, port: 80, flowInfo: 0, scope: 2),
      .unix(path: "/tmp/é'"),
      .abstractUnix(name: "x"), .unnamed,
    ].map { Python.repr($0) }
    try askPython("if repr(ast.literal_eval(case[0])) != case[0]: wrong(case[0])", about: texts.map { [$0] })
    #expect(Python.repr(SocketAddress.ipv4(.loopback, port: 54321)) == "('127.0.0.1', 54321)")
  }

  @Test(
    "JSON as others write it",
    arguments: [
      (
        #" { "a" : [ 1 , -0, 2.50e+3, 1e5, true,false,null ] , "b":{} } "#,
        "{'a': [1, 0, 2500.0, 100000.0, True, False, None], 'b': {}}"
      ),
      (#""\ud83d\ude00\u00e9\/\b\f\n\r\t\"""#, #"'😀é/\x08\x0c\n\r\t"'"#),
      (#"{"a": 1, "b": 2, "a": 3}"#, "{'a': 3, 'b': 2}"),
      ("[NaN, Infinity, -Infinity]", "[nan, inf, -inf]"),
      ("9223372036854775808", "9223372036854775808"),
      (#"{"e\u0301": 1, "\u00e9": 2}"#, "{'e\u{301}': 1, 'é': 2}"),
    ])
  func reading(text: String, expected: String) throws {
    #expect(try PythonValue(json: Array(text.utf8)).repr == expected)
    try askPython(
      "if repr(json.loads(case[0])) != case[1]: wrong(case, repr(json.loads(case[0])))", about: [[text, expected]])
  }

  @Test(
    "what is no JSON",
    arguments: [
      "", " ", "{", "[1,]", "{\"a\"}", "{\"a\":}", "{1: 2}", "01", "1.", "+1", "'a'", "\"a", "\"\\x\"", "\"\\u12g4\"",
      "\"\u{1}\"",
      "nul", "1 2", "[1", "\"\\", "-", ".5", "1e", String(repeating: "[", count: 1000),
    ])
  func noJSON(text: String) { #expect(throws: Failure.self) { try PythonValue(json: Array(text.utf8)) } }

  @Test("JSON that is not UTF-8") func notUTF8() {
    #expect(throws: Failure.self) { try PythonValue(json: [0x22, 0xFF, 0x22]) }
  }

  @Test("upper case, stripping")
  func strings() throws {
    var samples = Samples(seed: 3)
    let spaces = [
      " ", "\t", "\n", "\r\n", "\u{0B}", "\u{0C}", "\u{1C}", "\u{1F}", "\u{85}", "\u{A0}", "\u{3000}", "\u{200B}", "",
    ]
    let texts = (0..<300).map { _ in
      spaces[samples.next(below: spaces.count)] + samples.text() + spaces[samples.next(below: spaces.count)]
    }
    try askPython(
      """
      if case[0].strip() != case[1]: wrong("strip", *case)
      if repr(case[0].encode().strip()) != case[2]: wrong("bytes.strip", *case)
      if repr(case[0].encode().upper()) != case[3]: wrong("upper", *case)
      if urllib.parse.quote_plus(case[0]) != case[4]: wrong("quote_plus", *case)
      """,
      about: texts.map {
        [
          $0, $0.stripped, Python.repr(Array($0.utf8).stripped), Python.repr(Array($0.utf8).upper),
          Python.quotePlus($0),
        ]
      })
    #expect(Python.urlencode(["a b": "ä&=", "c": ""]) == "a+b=%C3%A4%26%3D&c=")
  }

  @Test("dates")
  func dates() throws {
    let formats = [
      "%Y-%m-%d %X", "%Y %m %d", "no code", "", "%", "%%",
      "%A %a %B %b %c %D %d %e %F %H %I %j %M %p %S %T %U %w %x %y %Z %z",
      "年%Y月%m日%d", "%Q", "%s", "%5Y%-d",
    ]
    let moments = [0, 951_782_400, 1_234_567_890, 1_719_792_000, 4_102_444_800, -1]
    try askPython(
      """
      parts = time.localtime(int(case[1]))
      if time.strftime(case[0], parts) != case[2]: wrong(case, time.strftime(case[0], parts))
      """, about: formats.flatMap { format in moments.map { [format, "\($0)", Python.strftime(format, at: $0)] } })
    try askPython(
      "if str(datetime.datetime.fromtimestamp(int(case[0])).replace(microsecond=int(case[1]))) != case[2]: wrong(case)",
      about: moments.flatMap { moment in
        [0, 1, 45_000, 999_999].map { ["\(moment)", "\($0)", Python.dateAndTime(seconds: moment, microseconds: $0)] }
      })
  }
}
