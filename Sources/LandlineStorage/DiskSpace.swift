import Glibc
import LandlineProtocol
import LandlineServices
import Synchronization

/// Sees to it that the server stops before the disk is full, and before its files have more than they may.
///
/// Whoever writes reserves first. What is reserved and not yet written is promised: uploads that run side by side
/// cannot all count on the same bytes.
///
/// ```
/// disk   [ used ................ | promised | free to promise | kept free ]
/// bound  [ files, kept uploads . | promised | free to promise ]
/// ```
final class DiskSpace: Sendable {
  let bounds: SpaceBounds
  /// Bytes free for this user, and in all.
  private let statistics: @Sendable () throws(LineError) -> (free: Int64, total: Int64)
  /// Bytes promised and not yet written.
  private let promised = Mutex<Int64>(0)
  /// Counted only where there is a bound on it.
  let usage: DiskUsage?
  /// What of it is whose.
  let accounts = AccountUsage()

  init(
    _ bounds: SpaceBounds, statistics: @escaping @Sendable () throws(LineError) -> (free: Int64, total: Int64)
  ) {
    self.bounds = bounds
    self.statistics = statistics
    usage = bounds.maximumUse == nil ? nil : DiskUsage()
  }

  /// Reserves `count` bytes.
  /// - Parameter owner: for whom; nil: for nobody's account.
  /// - Throws: `no-space`, with what is free and what must stay so.
  func reserve(_ count: Int64, for owner: FileOwner? = nil) throws(LineError) -> SpaceReservation {
    try promise(count)
    // In this order: what the disk has room for is no number that overflows.
    if let owner {
      do throws(LineError) {
        try accounts.reserve(count, for: owner)
      } catch {
        promised.withLock { $0 -= count }
        throw error
      }
    }
    return SpaceReservation(self, count, owner)
  }

  private func promise(_ count: Int64) throws(LineError) {
    let failure = promised.withLock { promised -> LineError? in
      do throws(LineError) {
        try requireRoom(for: count, besides: promised)
        promised += count
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  /// Looks again whether the reserve is still there: others write to the disk, too.
  func requireReserve() throws(LineError) {
    let (free, total) = try statistics()
    let reserve = bounds.reserve(ofDisk: total)
    if free < reserve { throw diskFull(free: free, promised: 0, reserve: reserve, count: nil) }
  }

  /// Notes that `count` promised bytes were written, or will not be.
  fileprivate func settle(_ count: Int64, of owner: FileOwner?, written: Bool) {
    guard count != 0 else { return }
    promised.withLock { $0 -= count }
    if written { usage?.add(count) }
    if let owner { accounts.settle(count, of: owner.account, written: written) }
  }

  /// Notes that bytes that were written are gone.
  /// - Parameter account: whose they were, if anybody's.
  func removed(_ count: Int64, of account: Int64?) {
    usage?.add(-count)
    if let account { accounts.removed(count, of: account) }
  }

  private func requireRoom(for count: Int64, besides promised: Int64) throws(LineError) {
    guard count > 0 else { return }
    if let usage, let most = bounds.maximumUse, usage.bytes.addingSaturated(promised).addingSaturated(count) > most {
      // Somebody may have made room by hand.
      usage.recountSoon()
      throw LineError(
        .noSpace,
        "the server's files may have \(byteText(most)) in all and have \(byteText(usage.bytes))\(running(promised)); "
          + "this needs \(byteText(count)). Remove something, or ask the server's operator to raise --max-use")
    }
    let (free, total) = try statistics()
    let reserve = bounds.reserve(ofDisk: total)
    if free < reserve.addingSaturated(promised).addingSaturated(count) {
      throw diskFull(free: free, promised: promised, reserve: reserve, count: count)
    }
  }

  private func diskFull(free: Int64, promised: Int64, reserve: Int64, count: Int64?) -> LineError {
    let need = count.map { "; this needs \(byteText($0))" } ?? ""
    return LineError(
      .noSpace,
      "the server's disk is full: \(byteText(free)) are free, of which \(byteText(reserve)) stay so"
        + "\(running(promised))\(need). Remove something, or ask the server's operator (--keep-free)")
  }

  private func running(_ promised: Int64) -> String {
    promised > 0 ? ", with \(byteText(promised)) promised to what is on its way" : ""
  }
}

/// Bytes that were promised to one writer; what is left of them is given back when it ends.
struct SpaceReservation: ~Copyable, Sendable {
  /// How much is reserved at once for a writer that does not know how much it will be.
  private static let chunk: Int64 = 16_777_216
  /// After so many bytes it is looked whether others have filled the disk.
  private static let lookAfter: Int64 = 67_108_864

  private let space: DiskSpace
  private var owner: FileOwner?
  private var left: Int64
  private var sinceLook: Int64 = 0

  fileprivate init(_ space: DiskSpace, _ count: Int64, _ owner: FileOwner?) {
    self.space = space
    self.owner = owner
    left = count
  }

  /// Asks for room before `count` bytes are written; reserves more when there is too little.
  /// - Throws: `no-space`.
  mutating func require(_ count: Int64) throws(LineError) {
    if left < count {
      let missing = count - left
      var more: SpaceReservation
      do throws(LineError) {
        more = try space.reserve(max(missing, Self.chunk), for: owner)
      } catch {
        // Near the bound each piece is asked for alone.
        guard error.code == .noSpace, missing < Self.chunk else { throw error }
        more = try space.reserve(missing, for: owner)
      }
      left += more.takeAll()
    }
    if sinceLook >= Self.lookAfter {
      sinceLook = 0
      try space.requireReserve()
    }
  }

  /// Notes another bound for what is reserved from now on.
  mutating func setQuota(_ quota: Int64?) { owner?.quota = quota }

  /// Notes that `count` of the bytes were written.
  mutating func wrote(_ count: Int64) {
    left -= count
    sinceLook += count
    space.settle(count, of: owner, written: true)
  }

  /// Gives back what will not be written; the same as the end of the reservation, but now.
  mutating func giveBack() {
    space.settle(takeAll(), of: owner, written: false)
  }

  private mutating func takeAll() -> Int64 {
    defer { left = 0 }
    return left
  }

  deinit {
    space.settle(left, of: owner, written: false)
  }
}
