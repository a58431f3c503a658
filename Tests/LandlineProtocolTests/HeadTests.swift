import Testing

@testable import LandlineProtocol

/// The quick way and the way of all JSON must not differ.
@Suite struct HeadTests {
  private static let digest = Digest256(hashing: "abc".utf8)

  private static var puts: [PutRequest] {
    var whole = PutRequest(path: "a \"b\"\\\u{1}/ü\u{1F600}.txt")
    whole.size = 3
    whole.sha256 = digest
    whole.setModified(FileTime(seconds: -5, nanoseconds: 999_999_999))
    whole.executable = true
    whole.ifExists = "keep-both"
    whole.again = true
    var inParts = PutRequest(path: "big")
    inParts.resume = true
    inParts.size = 1 << 40
    return [whole, inParts, PutRequest(path: "")]
  }

  @Test(arguments: puts) func `a put is written and read the same both ways`(_ put: PutRequest) throws {
    let request = Request(id: LineProtocol.maximumID, .put(put), body: 3)
    #expect(try Request(head: request.head) == request)
    #expect(try JSON.decode(Request.self, from: request.head) == request)
    #expect(try Request(head: JSON.encode(request)) == request)
  }

  @Test func `a get is written and read the same both ways`() throws {
    for get in [
      GetRequest(path: "a/ß", whole: true), GetRequest(path: "b", offset: 7, prefixSha256: Self.digest),
    ] {
      let request = Request(id: 4, .get(get))
      #expect(try Request(head: request.head) == request)
      #expect(try JSON.decode(Request.self, from: request.head) == request)
      #expect(try Request(head: JSON.encode(request)) == request)
    }
  }

  @Test func `answers are written and read the same both ways`() throws {
    let file = FileAnswer(
      size: 9, modified: FileTime(seconds: 1, nanoseconds: 2), executable: false, offset: 0, sha256: Self.digest)
    let replies: [Reply] = [
      .stored(StoredAnswer(path: "x\ty", size: 0, sha256: Self.digest)), .whole(file), .file(file), .data, .pong,
      .error(LineError(.notFound, "no")), .branch,
    ]
    for reply in replies {
      let answer = Answer(id: 12, reply, body: 9)
      #expect(try JSON.decode(Answer.self, from: answer.head).reply == reply)
      #expect(try Answer(head: answer.head).reply == reply)
      #expect(try Answer(head: JSON.encode(answer)) == answer)
    }
  }

  @Test(arguments: [
    #"{"op":"put","id":1,"path":3}"#, #"{"op":"put","id":1,"path":"a","size":"3"}"#,
    #"{"op":"put","id":1,"path":"a","sha256":"AB"}"#, #"{"op":"put","id":1,"path":"a","executable":1}"#,
    #"{"op":"put","id":-1,"path":"a"}"#, #"{"op":"put","path":"a"}"#, #"{"op":"get","id":1}"#,
    #"{"op":"put","id":9007199254740992,"path":"a"}"#, #"{"op":"put","id":1,"path":"a","mtimeNanos":99999999999}"#,
  ]) func `what is wrong is refused in words`(_ head: String) {
    #expect(throws: LineError.self) { try Request(head: Array(head.utf8)) }
  }

  @Test func `what nobody knows is ignored, and null is absent`() throws {
    let head = #"{"op":"put","id":1,"path":"a","size":null,"colour":"red","again":false}"#
    let request = try Request(head: Array(head.utf8))
    guard case .put(let put) = request.operation else {
      Issue.record("no put")
      return
    }
    #expect(put.path == "a" && put.size == nil && put.again == false)
  }

  @Test func `a name that occurs twice means the same both ways`() throws {
    let head = Array(#"{"op":"put","id":1,"path":"a","path":"b"}"#.utf8)
    #expect(try Request(head: head) == JSON.decode(Request.self, from: head))
  }
}
