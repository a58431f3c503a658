import Framing
import Testing

@Suite("JSONHeadScanner")
struct JSONHeadScannerTests {
  private func bodyLength(_ head: [UInt8]) throws(FramingError) -> Int {
    try JSONHeadScanner.bodyLength(of: head.span.bytes)
  }

  private func code(_ head: [UInt8]) -> FramingError.Code? {
    do throws(FramingError) {
      _ = try bodyLength(head)
      return nil
    } catch {
      return error.code
    }
  }

  @Test(arguments: [
    ("{}", 0), (" \t\r\n{ } \n", 0),
    (#"{"body":0}"#, 0), (#"{"body":1}"#, 1), (#"{"body":1048576}"#, 1_048_576),
    (#"{ "body" : 12 , "x":1}"#, 12), (#"{"x":[{"body":9}],"body":2}"#, 2),
    (#"{"x":{"body":9}}"#, 0), (#"{"x":{"body":"y","body":-1.5}}"#, 0),
    (#"{"\u0062\u006f\u0064\u0079":7}"#, 7), (#"{"bo\u0064y":7}"#, 7),
    (#"{"bod\u0079":7}"#, 7), (#"{"\u0062ody":7}"#, 7), (#"{"b\u006Fdy":7}"#, 7),
    (#"{"Body":"x","BODY":-1,"bod":1.5,"bodyy":null," body":0,"body ":0}"#, 0),
    (#"{"b\\u006fdy":-1,"body\u0000":-1,"\u0062":-1,"bo\u0064":-1}"#, 0),
    (#"{"bodyy\u0079":-1,"":-1,"\n":-1,"body\n":-1,"\u0062ody\u0079":-1}"#, 0),
    (#"{"x":"body","y":"\u0062ody"}"#, 0), (#"{"a":1,"a":2}"#, 0),
    (#"{"x":"\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00\u0000\uffff"}"#, 0),
    ("{\"x\":\"\u{7F}å€😀\u{10FFFF}\u{E000}\u{FEFF}\"}", 0), (#"{"å":1}"#, 0),
    (#"{"x":[]}"#, 0), (#"{"x":[ ]}"#, 0), (#"{"x":[[],{},"",0,null,true,false]}"#, 0),
    (#"{"n":[0,-0,1,-1,10,0.0,-0.5,1.25e10,1E+2,1e-2,0e0,1e999,123456789012345678901]}"#, 0),
  ])
  func accepted(head: String, length: Int) throws {
    #expect(try bodyLength(bytes(head)) == length)
  }

  @Test(arguments: [
    // Not one object, and nothing else.
    "", " ", "[]", "1", "\"x\"", "null", "true", "{", "}", "{}}", "{}{}", "{} x", "{},", "[{}]",
    "\u{FEFF}{}", "{}\u{FEFF}", "{}\0", "\0{}", "\u{A0}{}", "\u{0B}{}", "/**/{}", "{}//", "{/**/}",
    // Members.
    "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{"a":1,,"b":1}"#, #"{"a":1 "b":1}"#,
    #"{"a" 1}"#, #"{"a"::1}"#, #"{"a",1}"#, "{a:1}", "{'a':1}", "{1:1}", "{null:1}", #"{"a":1]"#,
    #"{"a":1"#, #"{"a":"#, #"{"a""#, #"{"a"#, #"{""#, #"{"a":1;}"#,
    // Arrays.
    #"{"a":[}"#, #"{"a":[1}"#, #"{"a":[1,]}"#, #"{"a":[,1]}"#, #"{"a":[,]}"#, #"{"a":[1 2]}"#,
    #"{"a":[1:2]}"#, #"{"a":["#, #"{"a":[1"#, #"{"a":[1,"#, #"{"a":]}"#, #"{"a":[1]]}"#,
    #"{"a":["b":1]}"#, #"{"a":[{]}}"#,
    // Literals and numbers.
    #"{"a":True}"#, #"{"a":tru}"#, #"{"a":tru"#, #"{"a":nul1}"#, #"{"a":truefalse}"#,
    #"{"a":undefined}"#, #"{"a":NaN}"#, #"{"a":Infinity}"#, #"{"a":-Infinity}"#,
    #"{"a":-}"#, #"{"a":+1}"#, #"{"a":01}"#, #"{"a":-01}"#, #"{"a":00}"#, #"{"a":.5}"#,
    #"{"a":1.}"#,
    #"{"a":1.e1}"#, #"{"a":1e}"#, #"{"a":1e+}"#, #"{"a":1e1.5}"#, #"{"a":0x10}"#, #"{"a":1_000}"#,
    #"{"a":--1}"#, #"{"a":1-}"#, #"{"a":１}"#, #"{"a":-"#, #"{"a":1e"#, #"{"a":1."#,
    // Strings.
    "{\"a\":\"\u{0}\"}", "{\"a\":\"\n\"}", "{\"a\":\"\t\"}", "{\"a\":\"\u{1F}\"}", "{\"\n\":1}",
    #"{"a":"\x41"}"#, #"{"a":"\'"}"#, #"{"a":"\0"}"#, #"{"a":"\U0041"}"#, #"{"a":"\"}"#,
    #"{"a":"\u"}"#, #"{"a":"\u004"}"#, #"{"a":"\u004g"}"#, #"{"a":"\u+041"}"#, #"{"a":"\u 041"}"#,
    #"{"a":"\"#, #"{"a":"\u"#, #"{"a":"\u00"#, #"{"a":"\u0041"#, #"{"a":'b'}"#,
    // Halves of surrogate pairs.
    #"{"a":"\ud800"}"#, #"{"a":"\udc00"}"#, #"{"a":"\ud800x"}"#, #"{"a":"\ud800\n"}"#,
    #"{"a":"\ud800\ud800"}"#, #"{"a":"\ud800\u0041"}"#, #"{"a":"\udc00\ud800"}"#,
    #"{"a":"\ud800\u"#,
    #"{"a":"\ud800\udc0"}"#, #"{"a":"\ud83d\ude00\ude00"}"#,
    // `body`.
    #"{"body":}"#, #"{"body":-1}"#, #"{"body":-0}"#, #"{"body":1.0}"#, #"{"body":1e2}"#,
    #"{"body":1E2}"#, #"{"body":0.0}"#, #"{"body":01}"#, #"{"body":00}"#, #"{"body":+1}"#,
    #"{"body":"1"}"#, #"{"body":null}"#, #"{"body":true}"#, #"{"body":[1]}"#, #"{"body":{}}"#,
    #"{"body":1 2}"#, #"{"body":1x}"#, #"{"body":0x1}"#, #"{"body":"#, #"{"body":1"#, #"{"body"}"#,
    #"{"body":1,}"#, #"{"bo\u0064y":-1}"#, #"{"body":１}"#,
    // Twice, however spelled.
    #"{"body":1,"body":1}"#, #"{"body":1,"x":{},"bo\u0064y":1}"#,
    #"{"\u0062ody":1,"body":2}"#, #"{"b\u006fdy":1,"b\u006Fdy":1}"#,
  ])
  func refused(head: String) {
    #expect(code(bytes(head)) == .malformedHead)
  }

  @Test(
    arguments: [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x20], [0xC2, 0xC2],
      [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xE2, 0x82, 0x20], [0xED, 0xA0, 0x80],
      [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE],
      [0xFF], [0xC3, 0xA5, 0xA5],
    ] as [[UInt8]])
  func invalidUTF8(text: [UInt8]) {
    #expect(code(bytes(#"{"a":""#) + text + bytes(#""}"#)) == .malformedHead)
    #expect(code(bytes(#"{""#) + text + bytes(#"":1}"#)) == .malformedHead)
    #expect(code(bytes(#"{"a":""#) + text) == .malformedHead)
    #expect(code(bytes("{") + text + bytes("}")) == .malformedHead)
  }

  /// Each sequence of one to three bytes, of those that matter, is taken exactly when Swift does.
  @Test func validUTF8AsSwiftSeesIt() {
    let edges: [UInt8] = [
      0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
      0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
    ]
    for first in edges {
      for second in edges {
        for third in edges {
          for tail: [UInt8] in [[], [0x80]] {
            let text = [first, second, third] + tail
            let isValid = String(validating: text, as: UTF8.self) != nil
            let head = bytes(#"{"a":""#) + text + bytes(#""}"#)
            if (code(head) == nil) != isValid { Issue.record("\(text)") }
          }
        }
      }
    }
  }

  @Test func depth() {
    func nested(_ depth: Int, _ open: String, _ close: String) -> [UInt8] {
      let levels = depth - 1
      return bytes(
        #"{"a":"# + String(repeating: open, count: levels) + "1"
          + String(repeating: close, count: levels) + "}")
    }
    for (open, close) in [("[", "]"), (#"{"a":"#, "}"), (#"[{"a":["#, "]}]")] {
      let each = open.count { $0 == "[" || $0 == "{" }
      let levels = 1 + 31 / each * each
      #expect(code(nested(1 + 31 / each, open, close)) == nil, "\(levels) levels of \(open)")
      #expect(code(nested(2 + 31 / each, open, close)) == .malformedHead)
    }
    #expect(code(nested(32, "[", "]")) == nil)
    #expect(code(nested(33, "[", "]")) == .malformedHead)
    let start = ContinuousClock.now
    #expect(code(nested(10_000, "[", "]")) == .malformedHead)
    #expect(code(nested(10_000, #"{"a":"#, "}")) == .malformedHead)
    // Refused at the 33rd bracket: the rest is not even read.
    #expect(ContinuousClock.now - start < .milliseconds(200))
    // Many levels one after the other are not deep.
    let many = bytes(#"{"a":["# + String(repeating: "[[]],{},", count: 1_000) + "0]}")
    #expect(code(many) == nil)
  }

  @Test func errorsSayWhere() {
    #expect(
      throws: FramingError(
        .malformedHead, "the head is not the JSON it has to be: byte 5: expected a value")
    ) {
      try bodyLength(bytes(#"{"a":x}"#))
    }
    #expect(
      throws: FramingError(
        .malformedHead, "the head is not the JSON it has to be: byte 10: a second \"body\"")
    ) {
      try bodyLength(bytes(#"{"body":1,"body":1}"#))
    }
  }
}
