import Testing

/// The executable `mro`, from outside.
@Suite("The executable mro")
struct MROTests {
  private func answers(_ lines: [String]) throws -> [String] {
    try Shell.lines(Shell.executable("mro"), input: lines)
  }

  @Test(arguments: [
    (#"{"D":["B","C"],"B":["A"],"C":["A"],"A":[]}"#, #"{"D":["D","B","C","A"],"B":["B","A"],"C":["C","A"],"A":["A"]}"#),
    (#" { "B" : [ "A" ] } "#, #"{"B":["B","A"]}"#),
    ("{}", "{}"),
    (#"{"A":["Z"],"error":["A"]}"#, #"{"A":["A","Z"],"error":["error","A","Z"]}"#),
    (#"{"A":["B","B"],"C":[]}"#, #"{"A":{"error":"A has no linearization: it names its parent B twice"},"C":["C"]}"#),
    (
      #"{"Z":["A","B"],"A":["X","Y"],"B":["Y","X"]}"#,
      #"{"Z":{"error":"Z has no linearization: its parent A puts X before Y, its parent B puts Y before X"},"#
        + #""A":["A","X","Y"],"B":["B","Y","X"]}"#
    ),
    (#"{"A":["A"]}"#, #"{"A":{"error":"A has no linearization: it is its own ancestor, by A → A"}}"#),
    (#"{"\u00e9\ud83d\ude00\"\\\n\u007f":[]}"#, #"{"é😀\"\\\u000a\u007f":["é😀\"\\\u000a\u007f"]}"#),
    // Two spellings of one accented letter are two names.
    (#"{"\u00e9":["e\u0301"]}"#, "{\"\u{E9}\":[\"\u{E9}\",\"e\u{301}\"]}"),
  ])
  func answersALine(_ line: String, _ answer: String) throws {
    let answers = try answers([line])
    #expect(answers.map { Array($0.utf8) } == [Array(answer.utf8)])
  }

  @Test func aBadLineDoesNotEndIt() throws {
    let bad = [
      "", "[]", "null", "{", #"{"A"}"#, #"{"A":[}"#, #"{"A":["B",]}"#, #"{"A":[],}"#, #"{"A":[1]}"#, #"{"A":"B"}"#,
      #"{"A":[]} {}"#, #"{"A":[],"A":[]}"#, #"{"A":[],"\u0041":[]}"#, #"{"A\x":[]}"#, #"{"\ud800":[]}"#,
      #"{"\ude00":[]}"#,
      #"{"\u12":[]}"#, "{\"A\tB\":[]}", #"{"A":["#, #"{"A":["B"#, #"{"A":["\"#, #"{"\ud800\u0041":[]}"#,
      "{\"\(String(repeating: "x", count: 1_025))\":[]}", #"{'A':[]}"#, "{\"A\":[]}\u{FEFF}",
    ]
    let answers = try answers(bad.flatMap { [$0, #"{"A":[]}"#] })
    try #require(answers.count == 2 * bad.count)
    for (index, line) in bad.enumerated() {
      #expect(answers[2 * index].hasPrefix(#"{"error":"not an object of classes"#), "\(line)")
      #expect(answers[2 * index + 1] == #"{"A":["A"]}"#)
    }
  }

  @Test func theMessageSaysWhere() throws {
    #expect(
      try answers([#"{"A":[],"A":[]}"#]) == [
        #"{"error":"not an object of classes and lists of their parents: the class \"A\" is there twice, at byte 11"}"#
      ])
  }

  @Test func aLineThatIsTooLong() throws {
    let name = String(repeating: "x", count: 1_000)
    let long = "{" + (0..<17_000).map { "\"\($0)\(name)\":[]" }.joined(separator: ",") + "}"
    #expect(long.utf8.count > 16 << 20)
    let answers = try answers([long, #"{"A":[]}"#])
    #expect(answers.count == 2)
    #expect(answers.first?.hasPrefix(#"{"error":"the line has over 16777216 bytes"#) == true)
    #expect(answers.last == #"{"A":["A"]}"#)
  }

  /// All linearizations of a chain of n classes have n²/2 names.
  @Test func anAnswerThatIsTooLarge() throws {
    let command = try Shell.executable("mro") + " --limit 6"
    let answers = try Shell.lines(command, input: [#"{"D":["C"],"C":["B"],"B":["A"],"A":[]}"#, #"{"A":["B"]}"#])
    let message = "D has no linearization: with it, all linearizations together are over the limit"
    #expect(
      answers == [
        #"{"D":{"error":"\#(message)"},"C":["C","B","A"],"B":["B","A"],"A":["A"]}"#, #"{"A":["A","B"]}"#,
      ])
  }

  /// Nothing is added: `object` is a name, and the order of Python's `__mro__` for whoever names it.
  @Test func objectIsAName() throws {
    #expect(
      try answers([#"{"B":["A"],"A":["object"]}"#, #"{"B":["object","A"]}"#, #"{"B":["object","A"],"A":["object"]}"#])
        == [
          #"{"B":["B","A","object"],"A":["A","object"]}"#, #"{"B":["B","object","A"]}"#,
          #"{"B":{"error":"B has no linearization: it names object before A, its parent A puts A before object"},"#
            + #""A":["A","object"]}"#,
        ])
  }

  /// A million names in the answer, all of escapes, each of which is quoted once.
  @Test(.timeLimit(.minutes(1))) func aChainOfEscapedNames() throws {
    let count = 1_500
    let names = (0...count).map { String(repeating: "\\\"", count: 100) + "\($0)" }
    let line = "{" + (1...count).map { "\"\(names[$0])\":[\"\(names[$0 - 1])\"]" }.joined(separator: ",") + "}"
    let answer = try #require(try answers([line]).first)
    #expect(answer.hasPrefix("{\"\(names[1])\":[\"\(names[1])\",\"\(names[0])\"],\"\(names[2])\":["))
    #expect(answer.hasSuffix(",\"\(names[1])\",\"\(names[0])\"]}"))
  }

  @Test func otherArgumentsAreRefused() throws {
    for arguments in ["--limit", "--limit 0", "--limit x", "-h", "--limit 1 2"] {
      #expect(throws: Shell.Failure.self) {
        try Shell.lines("\(Shell.executable("mro")) \(arguments) 2>/dev/null", input: [])
      }
    }
  }
}
