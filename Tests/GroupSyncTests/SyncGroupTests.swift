import Foundation
import Glibc
import Synchronization
import Testing

@testable import GroupSync

@Suite struct SyncGroupTests {
  /// Counts calls, and holds the first one until it is let go.
  final class Recorder: Sendable {
    struct Calls: Equatable {
      var files: [Int32] = []
      var fileSystems: [Int32] = []
    }

    private let calls = Mutex(Calls())
    let gate = Gate()

    var seen: Calls { calls.withLock { $0 } }

    func make(
      holding held: Int32? = nil, fileSystem: Int32 = 0, failing: [Int32: Int32] = [:], trusted: Bool = true,
      device: @escaping @Sendable (Int32) -> UInt64? = { _ in 1 }
    ) -> SyncCalls {
      SyncCalls(
        file: { descriptor in
          self.calls.withLock { $0.files.append(descriptor) }
          if descriptor == held { self.gate.wait() }
          return failing[descriptor] ?? 0
        },
        fileSystem: { descriptor in
          self.calls.withLock { $0.fileSystems.append(descriptor) }
          return fileSystem
        },
        isTrusted: { _ in trusted }, device: device)
    }
  }

  /// A thread for each job: the call that is held holds up nobody else.
  final class Threads: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      let executor = asUnownedTaskExecutor()
      Thread.detachNewThread { job.runSynchronously(on: executor) }
    }
  }

  /// A gate that a thread waits at.
  final class Gate: Sendable {
    private let isOpen = Mutex(false)

    func open() { isOpen.withLock { $0 = true } }

    func wait() {
      while !isOpen.withLock({ $0 }) { sched_yield() }
    }
  }

  /// Runs 1 first, and the others while it is held; returns every code by descriptor.
  private func run(_ group: SyncGroup, _ recorder: Recorder, others: [Int32]) async -> [Int32: Int32] {
    await withTaskGroup(of: (Int32, Int32).self) { tasks in
      tasks.addTask(executorPreference: Threads()) { (1, await group.sync(1)) }
      while recorder.seen.files.isEmpty { await Task.yield() }
      for other in others { tasks.addTask { (other, await group.sync(other)) } }
      while group.waiting < others.count { await Task.yield() }
      recorder.gate.open()
      return await tasks.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
  }

  @Test func `one alone is one fsync`() async {
    let recorder = Recorder()
    let code = await SyncGroup(calls: recorder.make()).sync(7)
    #expect(code == 0)
    #expect(recorder.seen == .init(files: [7]))
  }

  @Test func `who comes meanwhile shares one syncfs`() async {
    let recorder = Recorder()
    let group = SyncGroup(calls: recorder.make(holding: 1))
    let codes = await run(group, recorder, others: [2, 3, 4, 5])
    #expect(codes == [1: 0, 2: 0, 3: 0, 4: 0, 5: 0])
    #expect(recorder.seen.files == [1])
    #expect(recorder.seen.fileSystems.count == 1)
  }

  @Test func `a few get an fsync each`() async {
    let recorder = Recorder()
    let group = SyncGroup(calls: recorder.make(holding: 1))
    _ = await run(group, recorder, others: [2, 3, 4])
    #expect(Set(recorder.seen.files) == [1, 2, 3, 4])
    #expect(recorder.seen.fileSystems.isEmpty)
  }

  @Test func `when syncfs fails each is told its own error`() async {
    let recorder = Recorder()
    let group = SyncGroup(calls: recorder.make(holding: 1, fileSystem: EIO, failing: [4: EIO]))
    let codes = await run(group, recorder, others: [2, 3, 4, 5])
    #expect(codes == [1: 0, 2: 0, 3: 0, 4: EIO, 5: 0])
    #expect(recorder.seen.fileSystems.count == 1)
  }

  @Test func `each file system is synced by itself`() {
    let recorder = Recorder()
    let calls = recorder.make(device: { UInt64($0 / 10) })
    #expect(
      FileSystems(calls: calls, watching: nil).sync([10, 11, 12, 13, 20, 30, 31, 32, 33])
        == Array(repeating: 0, count: 9))
    #expect(Set(recorder.seen.fileSystems.map { $0 / 10 }) == [1, 3])
    #expect(recorder.seen.files == [20])
  }

  @Test func `a kernel whose syncfs hides errors gets fsyncs`() {
    let recorder = Recorder()
    var calls = recorder.make()
    calls.fileSystem = nil
    _ = FileSystems(calls: calls, watching: nil).sync([1, 2, 3, 4, 5])
    #expect(recorder.seen.files == [1, 2, 3, 4, 5])
  }

  @Test func `a file system whose syncfs may do nothing gets fsyncs`() {
    let recorder = Recorder()
    let fileSystems = FileSystems(calls: recorder.make(trusted: false), watching: nil)
    for _ in 0..<2 { _ = fileSystems.sync([1, 2, 3, 4]) }
    #expect(recorder.seen == .init(files: [1, 2, 3, 4, 1, 2, 3, 4]))
  }

  @Test func `once syncfs has failed each file is asked`() {
    let recorder = Recorder()
    let fileSystems = FileSystems(
      calls: recorder.make(fileSystem: EIO, failing: [13: EIO], device: { UInt64($0 / 10) }), watching: nil)
    #expect(fileSystems.sync([1, 2, 3, 4]) == [0, 0, 0, 0])
    #expect(fileSystems.sync([5, 6, 7, 8]) == [0, 0, 0, 0])
    #expect(recorder.seen == .init(files: [1, 2, 3, 4, 5, 6, 7, 8], fileSystems: [1]))
    // Of another file system nothing was said yet.
    #expect(fileSystems.sync([10, 11, 12, 13]) == [0, 0, 0, EIO])
    #expect(recorder.seen.fileSystems == [1, 10])
  }

  @Test func `syncfs is asked of the descriptor that has been open longest`() {
    let recorder = Recorder()
    let fileSystems = FileSystems(calls: recorder.make(device: { UInt64($0 / 10) }), watching: 19)
    #expect(fileSystems.sync([11, 12, 13, 14, 21, 22, 23, 24]) == Array(repeating: 0, count: 8))
    #expect(Set(recorder.seen.fileSystems) == [19, 21])
  }

  @Test func `several at once are told one by one`() async {
    let recorder = Recorder()
    let group = SyncGroup(calls: recorder.make(fileSystem: EIO, failing: [3: ENOSPC]))
    #expect(await group.sync([1, 2, 3, 4]) == [0, 0, ENOSPC, 0])
    #expect(await group.sync([]) == [])
  }

  @Test func `a thousand callers are all answered`() async {
    let group = SyncGroup()
    let folder = open("/tmp", O_RDONLY | O_DIRECTORY)
    defer { close(folder) }
    let sum = await withTaskGroup(of: Int32.self) { tasks in
      for _ in 0..<1_000 { tasks.addTask { await group.sync(folder) } }
      return await tasks.reduce(0) { $0 + $1 }
    }
    #expect(sum == 0)
  }

  @Test func `a descriptor that is none gets its errno`() async {
    #expect(await SyncGroup().sync(-1) == EBADF)
  }
}
