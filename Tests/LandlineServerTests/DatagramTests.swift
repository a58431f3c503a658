import Addresses
import LandlineProtocol
import LandlineServices
import Testing

@testable import LandlineServer

@Suite struct DatagramTests {
  @Test func anAnswerIsNeverMoreThanThreeTimesAsLong() {
    for count in 0...256 {
      #expect(28 + ClockHandler.mostBytes(for: count) <= 3 * (28 + count))
    }
    #expect(ClockHandler.answer(to: [])?.count == 19)
    #expect(ClockHandler.answer(to: Array("%57d".utf8))?.count == 57)
    #expect(ClockHandler.answer(to: Array("%100d".utf8)) == nil)
    #expect(ClockHandler.answer(to: Array("plain".utf8)) == Array("plain".utf8))
    #expect(ClockHandler.answer(to: [0xFF]) == nil)
    #expect(ClockHandler.answer(to: [0x41, 0]) == nil)
    #expect(ClockHandler.answer(to: Array(repeating: 0x41, count: 257)) == nil)
  }

  @Test func oneAddressDoesNotTakeWhatOthersNeed() {
    let limit = SourceLimit()
    let now = ContinuousClock.now
    let first = IPAddress.ipv4(IPv4Address(192, 0, 2, 1))
    let second = IPAddress.ipv4(IPv4Address(192, 0, 2, 2))
    #expect((0..<1_000).count { _ in limit.admits(first, at: now) } == 100)
    #expect(limit.admits(second, at: now))
    #expect((0..<1_000).count { _ in limit.admits(first, at: now + .seconds(1)) } == 50)
    for value in 0..<10_000 { _ = limit.admits(.ipv4(IPv4Address(UInt32(value))), at: now) }
    #expect(limit.admits(second, at: now))
  }

  @Test func aFormatThatMakesNothingIsNotOneThatIsTooLong() throws {
    #expect(try TimeText.answer("%p").time.count <= 2)
    #expect(throws: LineError.self) { try TimeText.answer("%2000d") }
    #expect(try TimeText.answer(nil).time.count == 19)
  }

  @Test func refusedLoginsAreWrittenDownSoManyAndThenSomeNow() {
    let refused = RefusedLogins()
    let now = ContinuousClock.now
    #expect((0..<2_000).count { _ in refused.next(at: now) != nil } == 1_000)
    #expect(refused.next(at: now + .seconds(1)) == 1_000)
    #expect(refused.next(at: now + .seconds(1)) == 0)
  }

  @Test func questionsAndAnswers() {
    let question = Discovery.Question(nonce: String(repeating: "0a", count: 16))
    #expect(question.datagram.count == 512)
    #expect(Discovery.Question(datagram: question.datagram) == question)
    #expect(Discovery.Question(datagram: Array(question.datagram.dropLast())) == nil)
    let answer = Discovery.Answer(
      nonce: question.nonce, name: "porch", host: nil, port: 5_263, fingerprint: String(repeating: "ab", count: 32))
    #expect(answer.datagram.flatMap { Discovery.Answer(datagram: $0, to: question.nonce) } == answer)
    #expect(answer.datagram.flatMap { Discovery.Answer(datagram: $0, to: "another") } == nil)
    var long = answer
    long.name = String(repeating: "x", count: 600)
    #expect(long.datagram == nil)
  }
}
