import LandlineProtocol
import NIOCore
import Testing

@testable import LandlineClient

@Suite struct ChatTrackTests {
  @Test func eachMessageIsShownOnceAndInOrder() {
    var track = ChatTrack(room: "tea", next: 5)
    #expect(track.last == 4)
    #expect(track.step(for: 4) == .skip)
    #expect(track.step(for: 5) == .show)
    #expect(track.step(for: 6) == .catchUp)
    track.shown(5)
    #expect(track.step(for: 5) == .skip)
    #expect(track.step(for: 6) == .show)
    track.shown(3)
    #expect(track.next == 6)
    #expect(ChatTrack(room: "tea", next: 0).next == 1)
  }
}

@Suite struct PushQueueTests {
  func push(_ number: Int64, _ size: Int, to queue: PushQueue) {
    let push = ChatPush(room: "tea", number: number, from: "ada", time: 0, key: nil, kind: nil)
    queue.begin(Answer(id: nil, .message(push), body: size))
    // In two pieces.
    if size > 1 { queue.add(ByteBuffer(repeating: 1, count: size / 2)) }
    if size > 0 { queue.add(ByteBuffer(repeating: 2, count: size - (size > 1 ? size / 2 : 0))) }
  }

  func next(_ queue: PushQueue) async throws -> (number: Int64, size: Int)? {
    switch try await queue.next() {
    case .push(.message(let push), let body): (push.number, body.count)
    case .push, .gap: nil
    }
  }

  @Test func comesWholeAndInOrder() async throws {
    let queue = PushQueue()
    push(1, 5, to: queue)
    push(2, 0, to: queue)
    #expect(try await next(queue)! == (1, 5))
    #expect(try await next(queue)! == (2, 0))
  }

  @Test func whatIsTooMuchIsAGapBehindWhatIsThere() async throws {
    let queue = PushQueue()
    for number in 1...100 { push(Int64(number), 16_384, to: queue) }
    var seen: Int64 = 0
    while let item = try await next(queue) {
      seen += 1
      #expect(item.number == seen)
    }
    #expect((50..<100).contains(seen))
    push(101, 1, to: queue)
    #expect(try await next(queue)! == (101, 1))
  }

  @Test func endsBehindWhatIsThere() async throws {
    let queue = PushQueue()
    push(1, 1, to: queue)
    queue.fail(.lost("x"))
    #expect(try await next(queue)! == (1, 1))
    await #expect(throws: ClientError.self) { try await next(queue) }
  }
}
