/// A piece of a task that is to run on the loop.
struct Job {
  let job: UnownedJob

  /// It came by the loop's serial executor: it belongs to an actor that lives on the loop.
  let isIsolated: Bool
}

/// The jobs that are ready, in the order in which they came: a ring that grows and does not shrink.
struct JobQueue: ~Copyable {
  private var ring: UnsafeMutableBufferPointer<Job>
  private var head = 0
  private(set) var count = 0

  init() { ring = .allocate(capacity: 1024) }

  deinit { ring.deallocate() }

  @inline(__always)
  mutating func append(_ job: Job) {
    if count == ring.count { grow() }
    ring.initializeElement(at: (head &+ count) & (ring.count &- 1), to: job)
    count &+= 1
  }

  @inline(__always)
  mutating func popFirst() -> Job? {
    guard count > 0 else { return nil }
    let job = ring[head]
    head = (head &+ 1) & (ring.count &- 1)
    count &-= 1
    return job
  }

  private mutating func grow() {
    let larger = UnsafeMutableBufferPointer<Job>.allocate(capacity: 2 * ring.count)
    for index in 0..<count { larger.initializeElement(at: index, to: ring[(head + index) & (ring.count - 1)]) }
    ring.deallocate()
    ring = larger
    head = 0
  }
}
