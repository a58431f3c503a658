import Testing

@testable import tutorials

@Suite("Digests and base64")
struct DigestTests {
  @Test("MD5 is Python's, for every length around its blocks, and in pieces")
  func md5() throws {
    let texts =
      (0..<200).map { String(repeating: "x", count: $0) } + ["sdasdfagfawds", String(repeating: "é", count: 5000)]
    for text in texts {
      var digest = MD5()
      let bytes = Array(text.utf8)
      digest.update(bytes.prefix(bytes.count / 3))
      digest.update(bytes.dropFirst(bytes.count / 3))
      #expect(digest.hexDigest == MD5.hexDigest(of: bytes))
    }
    try askPython(
      "if hashlib.md5(case[0].encode()).hexdigest() != case[1]: wrong(case)",
      about: texts.map { [$0, MD5.hexDigest(of: $0.utf8)] })
  }

  @Test("base64, and back")
  func base64() throws {
    var samples = Samples(seed: 4)
    let all = (0..<200).map { _ in samples.bytes() } + [[], [0], [0, 1], [0, 1, 2], Array(0...255)]
    for bytes in all {
      #expect(Base64.decode(Array(Base64.encode(bytes).utf8)) == bytes)
      #expect(Base64.decode(Array(Base64.encodeLines(bytes).utf8)) == bytes)
    }
    try askPython(
      """
      data = ast.literal_eval(case[0])
      if base64.b64encode(data).decode() != case[1]: wrong(case)
      if base64.encodebytes(data).decode() != case[2]: wrong(case)
      """, about: all.map { [Python.repr($0), Base64.encode($0), Base64.encodeLines($0)] })
    for text in ["A", "AB", "ABC", "A===", "AB="] { #expect(Base64.decode(Array(text.utf8)) == nil, "\(text)") }
  }
}

@Suite("Commands and programs")
struct ProgramTests {
  @Test("a shell answers with both outputs, however full they are")
  func shell() throws {
    let answer = try Shell("echo out; echo error >&2; head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; cat")
    #expect(answer.output.count == 300_004)
    #expect(answer.errors.count == 300_006)
    #expect(answer.output.starts(with: Array("out\n".utf8)))
    #expect(answer.errors.starts(with: Array("error\n".utf8)))
  }

  @Test("every program has a name of its own, and a summary") func names() {
    #expect(Set(programs.map { $0.about.id }).count == programs.count)
    for program in programs {
      #expect(!program.about.summary.isEmpty)
      #expect(program is any Pair.Type || program is any Script.Type, "\(program.about.id)")
    }
  }

  @Test("every program is in the table of docs/TUTORIALS.md") func documented() throws {
    let folder = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    let file = try SentFile(folder + "/docs/TUTORIALS.md")
    let text = try file.read(upTo: file.size).text
    for program in programs {
      #expect(text.contains("| `\(program.about.id)` |"), "a row for \(program.about.id) is missing")
    }
  }
}
