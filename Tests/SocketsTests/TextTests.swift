import Addresses
import Sockets
import Testing

@Suite("Text, as Python's codecs have it")
struct TextTests {
  static let encodings = [
    ("utf-8", TextEncoding.utf8), ("gbk", .gbk), ("gb18030", .gb18030), ("latin-1", .latin1), ("ascii", .ascii),
  ]

  /// Which blocks of 256 scalars to ask Python about: of the Chinese encodings the whole basic plane, and where the
  /// editions of GB 18030 differ; then tag characters, which `iconv` drops, and the ends.
  private func blocks(_ encoding: TextEncoding) -> [UInt32] {
    let isChinese = encoding == .gbk || encoding == .gb18030
    let basic: [UInt32] = isChinese ? Array(0...0xFF) : Array(0...0x20) + Array(0xD7...0xE0)
    return basic + [0x1F6, 0x200, 0x215, 0x229, 0x241, 0xE00, 0xE01, 0xFFF, 0x10FF]
  }

  @Test("scalars are written as Python writes them, or refused as Python refuses them", arguments: encodings)
  func encoding(name: String, encoding: TextEncoding) throws {
    let blocks = blocks(encoding)
    // For each scalar how many bytes Python writes, 0 for none, and the bytes.
    let path = temporaryPath()
    let python = try PythonPeer(
      """
      with open(sys.argv[1], "wb") as file:
        for block in \(blocks):
          for number in range(block << 8, (block + 1) << 8):
            try: data = chr(number).encode("\(name)")
            except UnicodeEncodeError: data = b""
            file.write(bytes((len(data),)) + data)
      """, [path])
    try python.finish()
    let answers = try TemporaryFile.read(path)
    var offset = 0
    var wrong: [UInt32] = []
    for start in blocks.map({ $0 << 8 }) {
      var text = String.UnicodeScalarView()
      var unknown = String.UnicodeScalarView()
      var bytes: [UInt8] = []
      for number in start..<start + 256 {
        let length = Int(answers[offset])
        bytes += answers[offset + 1..<offset + 1 + length]
        offset += 1 + length
        guard let scalar = UnicodeScalar(number) else {
          if length > 0 { wrong.append(number) }
          continue
        }
        if length > 0 { text.append(scalar) } else { unknown.append(scalar) }
      }
      if try encoding.encode(String(text)) != bytes { wrong.append(start) }
      if try !encoding.decode(bytes).utf8.elementsEqual(String(text).utf8) { wrong.append(start) }
      let replaced = try encoding.encode(String(unknown), malformed: .replace)
      if replaced != [UInt8](repeating: UInt8(ascii: "?"), count: unknown.count) { wrong.append(start) }
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(20).map { String($0, radix: 16) })")
  }

  @Test(
    "every pair of bytes is read as Python reads it, or refused as Python refuses it", arguments: ["gbk", "gb18030"])
  func decoding(name: String) throws {
    let encoding: TextEncoding = name == "gbk" ? .gbk : .gb18030
    let python = try PythonPeer(
      """
      for first in range(0x80, 0x100):
        out = []
        for second in range(256):
          try: out.append(bytes((first, second)).decode("\(name)").encode("utf-8").hex())
          except UnicodeDecodeError: out.append("-")
        say(" ".join(out))
      """)
    for first in 0x80...0xFF as ClosedRange<UInt8> {
      let expected = try python.line().split(separator: " ")
      for second in 0...255 as ClosedRange<UInt8> {
        let text = (try? encoding.decode([first, second])).map { $0.utf8.hex } ?? "-"
        #expect(text == expected[Int(second)], "\([first, second].hex)")
      }
    }
    try python.finish()
  }

  @Test("GB 18030's four bytes are read as Python reads them")
  func fourBytes() throws {
    let python = try PythonPeer(
      """
      # All of the basic plane, and samples of the others.
      for first, second in [(a, b) for a in (0x81, 0x82, 0x83, 0x84, 0x90, 0x95, 0x96, 0xe3, 0xfe) for b in range(0x30, 0x3a)]:
        text = ""
        for third in range(0x81, 0xff):
          for fourth in range(0x30, 0x3a):
            try: text += bytes((first, second, third, fourth)).decode("gb18030")
            except UnicodeDecodeError: text += "-"
        say(text.encode("utf-8", "surrogatepass").hex())
      """)
    for first in [0x81, 0x82, 0x83, 0x84, 0x90, 0x95, 0x96, 0xE3, 0xFE] as [UInt8] {
      for second in 0x30...0x39 as ClosedRange<UInt8> {
        var text = ""
        for third in 0x81...0xFE as ClosedRange<UInt8> {
          for fourth in 0x30...0x39 as ClosedRange<UInt8> {
            text += (try? TextEncoding.gb18030.decode([first, second, third, fourth])) ?? "-"
          }
        }
        #expect(try text.utf8.hex == python.line(), "\([first, second].hex)")
      }
    }
    try python.finish()
  }

  @Test("what is no text is an error, or a mark")
  func malformed() throws {
    let cases: [(TextEncoding, [UInt8], String)] = [
      (.utf8, [0x61, 0xFF, 0x62], "a\u{FFFD}b"), (.utf8, [0xE4, 0xBD], "\u{FFFD}"),
      (.utf8, [0xC0, 0x80], "\u{FFFD}\u{FFFD}"), (.utf8, [0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
      (.ascii, [0x61, 0x80], "a\u{FFFD}"), (.gbk, [0xC4, 0xE3, 0x80, 0x61], "你\u{FFFD}a"),
      (.gbk, [0xC4, 0xE3, 0xC4], "你\u{FFFD}"), (.gbk, [0xFF, 0x61], "\u{FFFD}a"),
      (.gb18030, [0x81, 0x30, 0x81], "\u{FFFD}"), (.gb18030, [0xC4, 0xE3, 0xFF, 0xC4, 0xE3], "你\u{FFFD}你"),
    ]
    for (encoding, bytes, replaced) in cases {
      let error = try failure { try encoding.decode(bytes) }
      #expect(error.code == .encoding && "\(error)".contains(encoding.name), "\(error)")
      #expect(try encoding.decode(bytes, malformed: .replace) == replaced, "\(encoding.name) \(bytes.hex)")
    }
    let error = try failure { try TextEncoding.gbk.encode("a€b") }
    #expect(error.code == .encoding && "\(error)".contains("U+20AC"))
    #expect(try TextEncoding.gbk.encode("a€😀b", malformed: .replace).text == "a??b")
    #expect(try TextEncoding.latin1.encode("aあ", malformed: .replace).text == "a?")
  }

  @Test("other encodings come from the machine, and one that it lacks does not")
  func named() throws {
    #expect(TextEncoding(named: "no-such-encoding") == nil)
    #expect(TextEncoding(named: "KOI8-R//IGNORE") == nil)
    #expect(TextEncoding(named: "utf-8") == .utf8 && TextEncoding(named: "Latin1") == .latin1)
    let russian = try #require(TextEncoding(named: "KOI8-R"))
    #expect(try russian.encode("Привет") == [0xF0, 0xD2, 0xC9, 0xD7, 0xC5, 0xD4])
    #expect(russian.hasByteLines)
    let wide = try #require(TextEncoding(named: "UTF-16LE"))
    #expect(!wide.hasByteLines)
    #expect(try wide.encode("aß") == [0x61, 0, 0xDF, 0] && wide.decode([0x61, 0, 0xDF, 0]) == "aß")
    // With a state, which the text ends without (RFC 1468).
    let japanese = try #require(TextEncoding(named: "ISO-2022-JP"))
    #expect(try japanese.encode("日本") == Array("\u{1B}$BF|K\\\u{1B}(B".utf8))
    #expect(try japanese.decode(japanese.encode("日本\nx")) == "日本\nx")
    let long = String(repeating: "Ж", count: 10_000)
    #expect(try russian.decode(russian.encode(long)) == long)
  }

  @Test(
    "lines of Chinese text go both ways with Python's file",
    arguments: [("gbk", TextEncoding.gbk), ("gb18030", .gb18030)])
  func lines(name: String, encoding: TextEncoding) throws {
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    let python = try PythonPeer(
      """
      peer = socket.create_connection(\(try listener.localAddress.python))
      file = peer.makefile("rw", encoding="\(name)", newline="\\n")
      file.write("你好，世界\\n第二行\\r\\n末"); file.flush()
      peer.shutdown(socket.SHUT_WR)
      say(ascii(file.read()))
      """)
    var stream = try SocketStream(listener.accept().socket, encoding: encoding)
    #expect(try stream.readLine() == "你好，世界")
    #expect(try stream.readLine() == "第二行")
    #expect(try stream.readLine() == "末")
    #expect(try stream.readLine() == nil)
    try stream.write("谢谢\n")
    try stream.close()
    #expect(try python.line() == "'\\u8c22\\u8c22\\n'")
    try python.finish()
  }

  @Test("characters are counted as Python counts them, wherever the bytes are cut")
  func counting() throws {
    let text = "aß你😀é\u{301}\n𠀀z"
    for (encoding, sizes) in [(TextEncoding.utf8, [1, 3, 100]), (.gb18030, [1, 2, 100])] {
      let bytes = try encoding.encode(text)
      for size in sizes {
        for count in 1...4 {
          let pair = try SocketPair()
          let second = pair.second
          try second.sendAll(bytes)
          try second.shutdown(.sending)
          var stream = try SocketStream(pair.first, bufferSize: size, encoding: encoding)
          #expect(try stream.readText(count: 0) == "")
          var parts: [String] = []
          while case let part = try stream.readText(count: count), !part.isEmpty { parts.append(part) }
          #expect(parts.joined() == text)
          #expect(parts.dropLast().allSatisfy { $0.unicodeScalars.count == count })
        }
      }
    }
  }

  @Test("text by count, then bytes: nothing is read too far")
  func mixing() throws {
    let pair = try SocketPair()
    let second = pair.second
    try second.sendAll(try TextEncoding.gbk.encode("你好") + [1, 2, 3])
    var stream = try SocketStream(pair.first, encoding: .gbk)
    #expect(try stream.readText(count: 2) == "你好")
    #expect(try stream.read(exactly: 3) == [1, 2, 3])
  }

  @Test("a text that ends within a character is an error, or ends with a mark")
  func cutOff() throws {
    for malformed in [MalformedText.fail, .replace] {
      let pair = try SocketPair()
      let second = pair.second
      try second.sendAll([0x61, 0xC4])
      try second.shutdown(.sending)
      var stream = try SocketStream(pair.first, encoding: .gbk, malformed: malformed)
      if malformed == .replace {
        #expect(try stream.readText(count: 5) == "a\u{FFFD}")
      } else {
        do {
          _ = try stream.readText(count: 5)
          Issue.record("half a character was read")
        } catch {
          #expect(error.code == .encoding)
        }
      }
    }
  }

  @Test("UTF-16 is read by count and to the end, and has no lines")
  func wide() throws {
    let pair = try SocketPair()
    let second = pair.second
    var stream = try SocketStream(pair.first, encoding: #require(TextEncoding(named: "UTF-16LE")))
    try stream.write("Ā\n")
    try stream.flush()
    #expect(try second.receive(upTo: 10) == [0, 1, 10, 0])
    try second.sendAll([0, 1, 10, 0, 0x61, 0])
    try second.shutdown(.sending)
    do {
      _ = try stream.readLine()
      Issue.record("half a character was taken for a newline")
    } catch {
      #expect(error.code == .encoding)
    }
    #expect(try stream.readText(count: 1) == "Ā")
    #expect(try stream.readText() == "\na")
  }

  // Looking at all that follow for each of them would be millions of millions of looks.
  @Test("malformed bytes cost no more than others", .timeLimit(.minutes(1)))
  func malformedTime() throws {
    let bytes = [UInt8](repeating: 0xFF, count: 1 << 17)
    let text = try TextEncoding.gb18030.decode(bytes, malformed: .replace)
    #expect(text.unicodeScalars.count == bytes.count)
  }

  @Test("a text has a bound")
  func bound() throws {
    let pair = try SocketPair()
    let second = pair.second
    try second.sendAll("12345".utf8)
    try second.shutdown(.sending)
    var stream = try SocketStream(pair.first)
    do {
      _ = try stream.readText(limit: 4)
      Issue.record("5 bytes are more than 4")
    } catch {
      #expect(error.code == .limitExceeded)
    }
    #expect(try stream.readText(limit: 5) == "12345")
  }
}
