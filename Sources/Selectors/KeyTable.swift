/// The registrations, by descriptor number. The kernel gives out the lowest free number, so an array
/// is the compact and the fast map.
@usableFromInline
struct KeyTable<Data> {
  @usableFromInline
  struct Entry {
    @usableFromInline var key: SelectorKey<Data>
    /// Tells this registration from earlier ones of the same number.
    @usableFromInline var generation: UInt32
    /// What the kind of selector keeps for itself: a mode, a position.
    @usableFromInline var note: Int32

    @inlinable
    init(key: SelectorKey<Data>, generation: UInt32, note: Int32) {
      self.key = key
      self.generation = generation
      self.note = note
    }
  }

  @usableFromInline var entries: [Entry?] = []
  @usableFromInline var count = 0
  @usableFromInline var lastGeneration: UInt32 = 0

  @inlinable
  init() {}

  @inlinable
  subscript(descriptor: CInt) -> Entry? {
    let index = Int(descriptor)
    guard index >= 0, index < entries.count else { return nil }
    return entries[index]
  }

  /// The generation that the next insertion will have.
  @inlinable
  var nextGeneration: UInt32 { lastGeneration &+ 1 }

  /// A generation for a registration that has to be made anew.
  @inlinable
  mutating func takeGeneration() -> UInt32 {
    lastGeneration = nextGeneration
    return lastGeneration
  }

  /// The number has no entry yet and is a descriptor's (which bounds the array).
  @inlinable
  mutating func insert(_ key: SelectorKey<Data>, note: Int32) {
    let index = Int(key.descriptor)
    if index >= entries.count {
      entries.append(contentsOf: repeatElement(nil, count: index + 1 - entries.count))
    }
    entries[index] = Entry(key: key, generation: takeGeneration(), note: note)
    count += 1
  }

  /// The number has an entry.
  @inlinable
  mutating func replace(_ key: SelectorKey<Data>, note: Int32) {
    entries[Int(key.descriptor)]?.key = key
    entries[Int(key.descriptor)]?.note = note
  }

  /// The number has an entry, and the kernel knows it under a generation that may be new.
  @inlinable
  mutating func replace(_ key: SelectorKey<Data>, note: Int32, generation: UInt32) {
    replace(key, note: note)
    entries[Int(key.descriptor)]?.generation = generation
  }

  @inlinable
  mutating func remove(_ descriptor: CInt) throws(SelectorError) -> Entry {
    guard let entry = self[descriptor] else { throw .notRegistered(descriptor) }
    entries[Int(descriptor)] = nil
    count -= 1
    return entry
  }

  /// What every registration asks first.
  @inlinable
  func checkNew(_ descriptor: CInt, _ events: Events) throws(SelectorError) {
    try check(events)
    guard self[descriptor] == nil else { throw .alreadyRegistered(descriptor) }
  }

  @inlinable
  func check(_ events: Events) throws(SelectorError) {
    guard !events.isEmpty, Events.all.isSuperset(of: events) else { throw .unusable(events) }
  }

  @inlinable
  var keys: [SelectorKey<Data>] { entries.compactMap { $0?.key } }
}
