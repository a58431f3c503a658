import Glibc
import LandlineProtocol
import LandlineServices
import Synchronization
import Testing

@testable import LandlineStorage

@Suite struct AuditFileTests {
  private let scratch = Scratch(in: "/dev/shm")

  private func lines(_ log: AuditFile, since: Int64? = nil, account: String? = nil) async throws -> [String] {
    let reader = try await log.reader(since: since, account: account)
    var bytes: [UInt8] = []
    while let more = try reader.next() { bytes += more }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private func event(_ what: String, _ account: String) -> AuditEvent {
    var event = AuditEvent(what, ["path": .text("a\"b\n"), "size": .number(-3), "arguments": .list(["x", "y z"])])
    event.account = account
    return event
  }

  @Test func aLineIsOneObjectWithTheTimeInFront() async throws {
    let log = try AuditFile(folder: DataFolder(path: scratch.path)) { Issue.record("\($0)") }
    let began = Int64(time(nil))
    await withTaskGroup { tasks in
      tasks.addTask { await log.run() }
      log.record(event("put", "ada"))
      log.record(event("rm", "bert"))
      do {
        let found = try await lines(log)
        #expect(found.count == 2)
        #expect(found[0].hasPrefix(#"{"time":"2"#))
        #expect(
          found[0].hasSuffix(
            #"Z","what":"put","account":"ada","path":"a\"b\u000a","size":-3,"arguments":["x","y z"]}"#))
        #expect(try await lines(log, account: "bert").count == 1)
        #expect(try await lines(log, account: "BERT").count == 1)
        #expect(try await lines(log, account: "ber").isEmpty)
        #expect(try await lines(log, since: began + 86_400).isEmpty)
        #expect(try await lines(log, since: began).count == 2)
      } catch {
        Issue.record("\(error)")
      }
      tasks.cancelAll()
    }
  }

  @Test func whatIsRecordedAtTheEndIsWrittenToo() async throws {
    let folder = try DataFolder(path: scratch.path)
    let log = try AuditFile(folder: folder) { Issue.record("\($0)") }
    let event = event("put", "ada")
    await withTaskGroup { tasks in
      tasks.addTask { await log.run() }
      for _ in 0..<10_000 {
        log.record(event)
        await log.waitForRoom()
      }
      tasks.cancelAll()
    }
    #expect(try await lines(log).count == 10_000)
  }

  @Test func aFullQueueLosesWhatComesAndSaysHowMuch() async throws {
    let log = try AuditFile(folder: DataFolder(path: scratch.path)) { Issue.record("\($0)") }
    let long = AuditEvent("put", ["path": .text(String(repeating: "x", count: 4_000))])
    // Nobody writes yet.
    for _ in 0..<3_000 { log.record(long) }
    await withTaskGroup { tasks in
      tasks.addTask { await log.run() }
      await log.waitForRoom()
      log.record(AuditEvent("after"))
      await log.flush()
      tasks.cancelAll()
    }
    let found = try await lines(log)
    let kept = found.count { $0.contains(#""what":"put""#) }
    let missed = found.first { $0.contains(#""what":"missed""#) }
    #expect(kept < 3_000 && kept > 1_000)
    #expect(missed?.contains(#""count":\#(3_000 - kept)}"#) == true, "\(missed ?? "nothing")")
  }

  @Test func oldPartsGo() throws {
    let folder = try DataFolder(path: scratch.path)
    var part = try AuditPart.open(in: folder)
    let line = Array(repeating: UInt8(ascii: "x"), count: Int(AuditFile.partSize)) + [UInt8(ascii: "\n")]
    for _ in 0..<11 {
      try part.rotateIfLarge(folder)
      try part.write(line)
    }
    func exists(_ name: String) -> Bool { access("\(scratch.path)/landline/\(name)", F_OK) == 0 }
    #expect(exists("audit.jsonl") && exists("audit.jsonl.8") && !exists("audit.jsonl.9"))
  }
}
