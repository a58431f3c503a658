import LandlineProtocol
import Testing

@Suite struct MessageTests {
  private static let digest = Digest256(hashing: Array("abc".utf8))

  private static var requests: [Request] {
    var put = PutRequest(path: "a/b")
    put.size = 5
    put.setModified(FileTime(seconds: -1, nanoseconds: 999_999_999))
    put.sha256 = digest
    return [
      Request(id: 0, .hello(HelloRequest(versions: [1], software: "x"))),
      Request(id: 1, .login(LoginRequest(device: "d", signature: [1, 2, 3]))),
      Request(id: 1, .login(LoginRequest(token: "lat_x"))),
      Request(id: 2, .whoami), Request(id: 3, .ping),
      Request(id: 4, .list(ListRequest(path: "", after: "ä"))),
      Request(id: 5, .stat(PathRequest(path: "p"))),
      Request(id: 6, .get(GetRequest(path: "p", offset: 7, prefixSha256: digest))),
      Request(id: 7, .put(put), body: 5), Request(id: 7, .data, body: 9),
      Request(id: 7, .commit(CommitRequest(sha256: digest))),
      Request(id: 7, .cancel(CancelRequest(discard: true))),
      Request(id: LineProtocol.maximumID, .tokenRevoke(TokenRevokeRequest(name: "t", account: "a"))),
      Request(id: 8, .unknown("surprise")),
    ]
  }

  @Test(arguments: requests) func requestsSurviveTheWire(_ request: Request) throws {
    #expect(try JSON.decode(Request.self, from: JSON.encode(request)) == request)
  }

  @Test func answersSurviveTheWire() throws {
    let time = FileTime(seconds: 1_732_160_000, nanoseconds: 5)
    var entry = Entry(path: "p", kind: "file", modified: time)
    entry.size = 3
    let answers = [
      Answer(id: 1, .hello(HelloAnswer(software: "s", nonce: [UInt8](repeating: 7, count: 32)))),
      Answer(id: 1, .error(LineError(.notFound, "nothing there"))),
      Answer(id: nil, .error(LineError(.timeout, "too late"))),
      Answer(id: 2, .ready(ReadyAnswer(offset: 9, prefixSha256: Self.digest))),
      Answer(id: 2, .stored(StoredAnswer(path: "a/b", size: 9, sha256: Self.digest))),
      Answer(id: 3, .data, body: 100), Answer(id: 3, .end(EndAnswer(sha256: Self.digest))),
      Answer(id: 4, .entry(entry)), Answer(id: 5, .removed), Answer(id: 6, .pong),
    ]
    for answer in answers {
      #expect(try JSON.decode(Answer.self, from: JSON.encode(answer)) == answer)
    }
  }

  @Test(arguments: [
    #"{"op":"stat","id":1}"#, #"{"op":"stat","id":-1,"path":"a"}"#, #"{"op":"stat","id":"1","path":"a"}"#,
    #"{"op":"stat","id":1.5,"path":"a"}"#, #"{"op":1,"id":1}"#, #"{"id":1}"#, #"{"op":"ping"}"#, "[]", "{", "",
    #"{"op":"ping","id":9007199254740992}"#, #"{"op":"commit","id":1,"sha256":"ABC"}"#,
  ])
  func malformedRequestsAreBadRequests(_ text: String) {
    let error = #expect(throws: LineError.self) { try JSON.decode(Request.self, from: Array(text.utf8)) }
    #expect(error?.code == .badRequest)
  }

  @Test func unknownMembersAreIgnored() throws {
    let text = #"{"op":"stat","id":1,"path":"a","colour":{"red":[1,2]},"path2":null}"#
    #expect(try JSON.decode(Request.self, from: Array(text.utf8)) == Request(id: 1, .stat(PathRequest(path: "a"))))
  }

  @Test func namesKeepTheirBytes() throws {
    let request = Request(id: 1, .stat(PathRequest(path: "e\u{301}\u{1F600}")))
    let again = try JSON.decode(Request.self, from: JSON.encode(request))
    guard case .stat(let fields) = again.operation else { throw LineError(.internal, "not a stat") }
    #expect(fields.path.utf8.elementsEqual("e\u{301}\u{1F600}".utf8))
  }

  @Test func wholePutsAreSmallAndKnown() {
    var put = PutRequest(path: "a")
    #expect(!put.isWhole)
    put.size = 1_048_576
    #expect(!put.isWhole)
    put.sha256 = Self.digest
    #expect(put.isWhole)
    put.size = 1_048_577
    #expect(!put.isWhole)
    put.size = -1
    #expect(!put.isWhole)
  }
}
