import LandlineProtocol
import Testing

@Suite struct ChatHeadTests {
  /// The short way and the way of all JSON say the same.
  @Test(arguments: [
    Request(id: 5, .chatSend(ChatSendRequest(room: "tea", key: "k\"\\é", kind: .action)), body: 3),
    Request(id: 0, .chatSend(ChatSendRequest(room: "@ada", key: nil))),
  ])
  func requests(_ request: Request) throws {
    #expect(try Request(head: request.head) == request)
    #expect(try Request(head: JSON.encode(request)) == request)
    #expect(try JSON.decode(Request.self, from: request.head) == request)
  }

  @Test(arguments: [
    Answer(id: 5, .sent(SentAnswer(room: "tea", number: 7))),
    Answer(id: nil, .message(ChatPush(room: "t", number: 1, from: "ada", time: -1, key: nil, kind: nil)), body: 1),
    Answer(id: nil, .message(ChatPush(room: "t", number: 9, from: "a", time: 3, key: "\u{1}", kind: "file")), body: 9),
    Answer(id: nil, .presence(PresencePush(room: "tea", account: "bert", here: false))),
    Answer(id: nil, .behind(BehindPush(room: "tea"))),
    Answer(id: nil, .outOfRoom(RemovedPush(room: "tea", LineError(.forbidden, "no")))),
    Answer(id: 1, .joined(JoinedRoomAnswer(room: "tea", last: 3, topic: nil, members: 2))),
    Answer(id: 1, .history(ChatHistoryAnswer(room: "tea", last: 3, more: true)), body: 2),
  ])
  func answers(_ answer: Answer) throws {
    #expect(try Answer(head: answer.head) == answer)
    #expect(try Answer(head: JSON.encode(answer)) == answer)
  }

  @Test func pushesAsTheyAreWritten() throws {
    let push = ChatPush(room: "t", number: 9, from: "a", time: 3, key: "k\n", kind: "topic")
    #expect(try Answer(head: push.head(body: 12)) == Answer(id: nil, .message(push), body: 12))
    #expect(try JSON.decode(Answer.self, from: push.head(body: 12)).reply == .message(push))
    let presence = PresencePush(room: "t", account: "a", here: true)
    #expect(try Answer(head: presence.head).reply == .presence(presence))
  }

  @Test func entriesAsTheyAreWritten() throws {
    let entries = [
      ChatEntry(number: 1, from: "ada", time: 2, key: nil, kind: nil, text: "a\"\\\n\0\u{2028}é"),
      ChatEntry(number: 2, from: "bert", time: 3, key: "k", kind: "file", text: "docs/a.txt"),
    ]
    #expect(try JSON.decode([ChatEntry].self, from: ChatEntry.encode(entries)) == entries)
    #expect(try JSON.decode([ChatEntry].self, from: ChatEntry.encode([])) == [])
  }

  @Test func roomNames() throws {
    #expect(try RoomName("Tea-1") == .room("tea-1"))
    #expect(try RoomName("@Ada") == .inbox(of: "Ada"))
    for text in ["", "@", "a b", "#a", "-a", "@-", "a/b", "é", String(repeating: "x", count: 65)] {
      #expect(throws: LineError.self) { try RoomName(text) }
    }
  }
}
