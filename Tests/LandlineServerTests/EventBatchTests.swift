import LandlineProtocol
import LandlineServices
import NIOCore
import Testing

@testable import LandlineServer

@Suite struct EventBatchTests {
  func message(_ number: Int64, size: Int = 3) -> ChatEvent {
    .message(
      ChatPush(room: "tea", number: number, from: "ada", time: 0, key: nil, kind: nil),
      text: Array(repeating: UInt8(ascii: "x"), count: size))
  }

  let presence = ChatEvent.presence(PresencePush(room: "tea", account: "bert", here: true))

  /// The heads in it; nil for what is not whole messages.
  func heads(_ bytes: ByteBuffer) -> [Answer]? {
    var bytes = bytes
    var heads: [Answer] = []
    while bytes.readableBytes > 0 {
      guard let length = bytes.readInteger(endianness: .little, as: UInt32.self),
        let head = bytes.readBytes(length: Int(length)), let answer = try? Answer(head: head),
        bytes.readSlice(length: answer.body) != nil
      else { return nil }
      heads.append(answer)
    }
    return heads
  }

  func numbers(_ bytes: ByteBuffer?) -> [Int64]? {
    bytes.flatMap { heads($0) }?.map { if case .message(let push) = $0.reply { push.number } else { 0 } }
  }

  @Test func itIsWholeMessages() {
    let batch = EventBatch.batches(of: [message(7), presence, message(8)])
    #expect(batch.count == 1)
    #expect(numbers(batch[0].bytes) == [7, 0, 8])
    #expect(batch[0].bodies == 6)
    #expect(batch[0].lastNumber == 8)
  }

  @Test func muchBecomesSeveral() {
    let batches = EventBatch.batches(of: (1...20).map { message($0, size: 16_384) })
    #expect(batches.count == 7)
    #expect(batches.allSatisfy { $0.count <= EventBatch.most })
    #expect(batches.flatMap { numbers($0.bytes) ?? [] } == Array(1...20))
    #expect(EventBatch.batches(of: []).isEmpty)
  }

  @Test func whoCameLaterSeesTheRest() {
    var batch = EventBatch.batches(of: [message(7), presence, message(8), message(9)])[0]
    #expect(batch.place(behind: 10) == 14)
    func part(since: UInt64, after: Int64) -> [Int64]? { numbers(batch.part(since: since, after: after)?.bytes) }
    #expect(batch.isWhole(since: 10, after: 6))
    #expect(batch.isWhole(since: 3, after: 0))
    #expect(!batch.isWhole(since: 11, after: 0))
    #expect(!batch.isWhole(since: 10, after: 7))
    #expect(part(since: 11, after: 0) == [0, 8, 9])
    #expect(part(since: 12, after: 0) == [8, 9])
    #expect(part(since: 10, after: 7) == [0, 8, 9])
    #expect(part(since: 12, after: 8) == [9])
    #expect(part(since: 14, after: 0) == nil)
    // What is known already may come again behind what is not: clients pass over it.
    #expect(part(since: 10, after: 9) == [0, 8, 9])
  }

  @Test func oneBehindTheOther() {
    var batch = EventBatch.batches(of: [message(1)])[0]
    _ = batch.place(behind: 0)
    batch.append(EventBatch.batches(of: [message(2), message(3)])[0])
    #expect(numbers(batch.bytes) == [1, 2, 3])
    #expect(numbers(batch.part(since: 1, after: 0)?.bytes) == [2, 3])
    #expect(batch.part(since: 1, after: 0)?.bodies == 6)
  }
}
