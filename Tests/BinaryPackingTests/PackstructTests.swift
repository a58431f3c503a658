import BinaryPacking
import Testing

@testable import packstruct

/// The lines that `packstruct` answers.
@Suite("packstruct")
struct PackstructTests {
  @Test(arguments: [
    (#"{"format":"<I3s","values":[1,{"hex":"616263"}]}"#, #"{"bytes": "01000000616263"}"#),
    (#"{"format":"<I3s","bytes":"01000000616263"}"#, #"{"values": [1, {"hex": "616263"}]}"#),
    (#" { "\u0066ormat" : "\u003cI" , "values" : [ 1 ] } "#, #"{"bytes": "01000000"}"#),
    (
      #"{"format":">Qq","values":[18446744073709551615,-9223372036854775808]}"#,
      #"{"bytes": "ffffffffffffffff8000000000000000"}"#
    ),
    (
      #"{"format":">Qqd?","bytes":"FFFFFFFFFFFFFFFF80000000000000007ff800000000000002"}"#,
      #"{"values": [18446744073709551615, -9223372036854775808, NaN, true]}"#
    ),
    (#"{"format":">2e","values":[Infinity,-Infinity]}"#, #"{"bytes": "7c00fc00"}"#),
    (#"{"format":">2e","bytes":"7c00fc00"}"#, #"{"values": [Infinity, -Infinity]}"#),
    (#"{"format":">d","bytes":"3fb999999999999a"}"#, #"{"values": [0.1]}"#),
    (#"{"format":">f","values":[1]}"#, #"{"bytes": "3f800000"}"#),
    (#"{"format":">d","values":[1000000000000000000000000000000000000000000]}"#, #"{"bytes": "48a6f578c4e0a061"}"#),
    (#"{"format":">h","values":[true]}"#, #"{"bytes": "0001"}"#),
    (
      #"{"format":"10?","values":[null,"","a",[],[1],{},{"hex":""},{"hex":"00"},0.0,1e400]}"#,
      #"{"bytes": "00000100010000010001"}"#
    ),
    (#"{"format":"4x","values":[]}"#, #"{"bytes": "00000000"}"#),
    (#"{"format":"4x","bytes":"01020304"}"#, #"{"values": []}"#),
  ])
  func answers(request: String, answer: String) {
    #expect(Service.answer(Array(request.utf8)) == answer)
  }

  @Test(arguments: [
    ("", "not JSON: a value was expected at byte 0"), ("nope", "not JSON: a value was expected at byte 0"),
    ("{\"format\":\"<I\",\"values\":[01]}", "not JSON: ',' or ']' in an array was expected at byte 26"),
    (#"{"format":"<I","values":[1]} 2"#, "not JSON: the end was expected at byte 29"),
    (#"{"format":"\ud83d\ude00\ud800"}"#, "a struct format has ASCII characters only"),
    (#""a"#, "not JSON: the closing quote"),
    (#""\x""#, "not JSON: one of the escapes"), ("\"\u{1}\"", "not JSON: a control character"),
    ("[1]", "a request is an object, not an array"), ("{}", "a request has a string \\\"format\\\""),
    (#"{"format":"<I"}"#, "a request has either \\\"values\\\" to pack or \\\"bytes\\\" to unpack"),
    (#"{"format":"<I","values":[1],"bytes":"00"}"#, "a request has either"),
    (#"{"format":"<I","values":{"hex":"00"}}"#, "\\\"values\\\" are an array, not an object"),
    (#"{"format":"<I","bytes":[0]}"#, "\\\"bytes\\\" are a string of hexadecimal digits, not an array"),
    (#"{"format":"<I","bytes":"0g"}"#, "\\\"bytes\\\" are pairs"),
    (#"{"format":"<I","bytes":"012"}"#, "\\\"bytes\\\" are pairs"),
    (#"{"format":"Z","values":[]}"#, "bad char in struct format: 'Z'"),
    (#"{"format":"<I","values":[1,2]}"#, "pack expected 1 items for packing (got 2)"),
    (#"{"format":"<I","values":[]}"#, "pack expected 1 items for packing (got 0)"),
    (#"{"format":"<H","values":[70000]}"#, "'H' format requires 0 <= number <= 65535: values[0] is 70000"),
    (#"{"format":"<H","values":[1e3]}"#, "required argument is not an integer"),
    (#"{"format":"<s","values":["x"]}"#, "argument for 's' must be a bytes object: values[0] is a string; values are"),
    (#"{"format":"<I","values":[null]}"#, "required argument is not an integer: values[0] is null"),
    (#"{"format":"<d","values":[[]]}"#, "required argument is not a float: values[0] is an array"),
    (#"{"format":"<c","values":["x"]}"#, "char format requires a bytes object of length 1: values[0] is a string"),
    // The number of values is compared first, then each value in turn, whatever is wrong with it.
    (#"{"format":"<2B","values":["x",{"hex":"0"},300]}"#, "pack expected 2 items for packing (got 3)"),
    (#"{"format":"<3B","values":[1,300,"x"]}"#, "'B' format requires 0 <= number <= 255: values[1] is 300"),
    (#"{"format":"<3B","values":[1,"x",300]}"#, "required argument is not an integer: values[1] is a string"),
    (#"{"format":"<cs2B","values":[{"hex":"0102"},1,{"hex":"0"},2]}"#, "char format requires"),
    (
      #"{"format":"<B","values":[-999999999999999999999999999999999999999999]}"#,
      "'B' format requires 0 <= number <= 255: values[0] has 42 digits"
    ),
    (
      #"{"format":"<2B","values":["x",999999999999999999999999999999999999999999]}"#,
      "required argument is not an integer: values[0]"
    ),
    (
      #"{"format":"<e","values":[999999999999999999999999999999999999999999]}"#, "float too large to pack with e format"
    ),
    (
      "{\"format\":\"<d\",\"values\":[1\(String(repeating: "0", count: 400))]}",
      "required argument is not a float: values[0] is too large for a double (401 digits)"
    ),
    // What is over this program's bounds, once the request is right otherwise.
    (#"{"format":"999999999999x","values":[1]}"#, "pack expected 0 items for packing (got 1)"),
    (#"{"format":"999999999999x","bytes":"00"}"#, "unpack requires a buffer of 999999999999 bytes"),
    (#"{"format":"8384513x","values":[]}"#, "a record of 8384513 bytes and 0 values is over"),
    (#"{"format":"<s","values":[{"hex":"0"}]}"#, "values[0]: \\\"hex\\\" is a string of pairs"),
    (
      #"{"format":"<q","values":[999999999999999999999999999999999999999999]}"#,
      "'q' format requires -9223372036854775808 <= number <= 9223372036854775807: values[0] has 42 digits"
    ),
    (#"{"format":"<s","values":[999999999999999999999999999999999999999999]}"#, "argument for 's' must be"),
    (#"{"format":"999999999999x","values":[]}"#, "a record of 999999999999 bytes and 0 values is over"),
    (#"{"format":"<I","bytes":"01"}"#, "unpack requires a buffer of 4 bytes"),
    (String(repeating: "[", count: 1_000_000), "more than 32 arrays inside each other"),
    ("[" + String(repeating: "1,", count: 1_000_001) + "1]", "more than 1000000 values in a line"),
  ])
  func refusals(request: String, message: String) {
    let answer = Service.answer(Array(request.utf8))
    #expect(answer.hasPrefix("{\"error\": \"\(message)"), "\(answer)")
  }

  /// The largest record's answer is a line that the program reads.
  @Test func theLargestRecord() {
    let answer = Service.answer(Array(#"{"format":"8384512x","values":[]}"#.utf8))
    #expect(answer.utf8.count < 16 << 20)
    let request = #"{"format":"8384512x", "# + answer.dropFirst()
    #expect(request.utf8.count <= 16 << 20)
    #expect(Service.answer(Array(request.utf8)) == #"{"values": []}"#)
  }

  @Test func bytesThatAreNoText() {
    #expect(Service.answer([0x22, 0xFF, 0x22]).contains("is not UTF-8"))
    #expect(Service.answer(error: "\u{1C}\"\\") == #"{"error": "\u001c\"\\"}"#)
  }

  /// Damaged requests: a line comes out, and it is one of the three kinds.
  @Test func damagedRequests() {
    var samples = Samples()
    let seeds = [
      #"{"format":"<I3sd?","values":[1,{"hex":"616263"},-1.5e3,true]}"#, #"{"format":"<I3s","bytes":"01000000616263"}"#,
      #"{"format":"\u003c2e\ud83d\ude00","values":[NaN,-Infinity,null,"a\n",[{}]]}"#,
    ].map { Array($0.utf8) }
    let alphabet = Array(#"{}[]",:\u0019.eE+-NaInfty "#.utf8) + [0, 10, 0x80, 0xC3, 0xFF]
    for _ in 0..<3_000 {
      var line = seeds[samples.generator.below(seeds.count)]
      for _ in 0...samples.generator.below(3) {
        let index = samples.generator.below(line.count)
        switch samples.generator.below(3) {
        case 0: line[index] = alphabet[samples.generator.below(alphabet.count)]
        case 1: line.insert(alphabet[samples.generator.below(alphabet.count)], at: index)
        default: line.removeSubrange(index..<min(line.count, index + 3))
        }
        if line.isEmpty { line = [0x30] }
      }
      let answer = Service.answer(line)
      let isAnswer = ["{\"bytes\": ", "{\"values\": ", "{\"error\": "].contains { answer.hasPrefix($0) }
      #expect(isAnswer && !answer.contains("\n"), "PACKING_SEED=\(samples.generator.seed), \(line)")
    }
  }

  /// Requests with one mistake or several: CPython answers the same, or has the same error about the same value.
  @Test func wrongInputsAsCPython() throws {
    var samples = Samples()
    var oracle = Oracle()
    while oracle.count < 20_000 {
      let text = samples.format()
      guard let format = try? BinaryFormat(text) else { continue }
      var values = samples.values(for: format).map(JSON.plain)
      for _ in 0..<samples.generator.below(3) where !values.isEmpty {
        let index = samples.generator.below(values.count)
        values[index] = Self.wrong[samples.generator.below(Self.wrong.count)]
      }
      if samples.generator.below(20) == 0 { values.append("null") }
      let request = #"{"format": \#(JSON.string(text)), "values": [\#(values.joined(separator: ", "))]}"#
      oracle.add(#"{"request": \#(request), "answer": \#(Service.answer(Array(request.utf8)))}"#)
    }
    _ = try oracle.check(seed: samples.generator.seed)
  }

  private static let wrong = [
    "null", "true", "[]", "{}", #""text""#, "-1", "256", "1e3", "NaN", "-Infinity", "1e39", #"{"hex": ""}"#,
    #"{"hex": "6162"}"#, "18446744073709551616", "-9223372036854775809", "340282366920938463463374607431768211456",
    "-1" + String(repeating: "0", count: 60), "1" + String(repeating: "0", count: 400),
  ]
}
