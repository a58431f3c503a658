import Synchronization

/// The memory that all walks through the tree together may hold for names beyond the little that each always has.
///
/// A folder's names are sorted in memory; where they do not all have room it is read several times. This is what makes
/// those times few for whoever walks, without letting many walks fill the memory.
final class NameBudget: Sendable {
  /// In bytes; what is taken is a multiple of it.
  static let piece = 131_072

  private let pieces: Mutex<Int>

  init(bytes: Int) {
    pieces = Mutex(bytes / Self.piece)
  }

  /// Takes a piece; false when there is none.
  func take() -> Bool {
    pieces.withLock { pieces in
      guard pieces > 0 else { return false }
      pieces -= 1
      return true
    }
  }

  func giveBack() {
    pieces.withLock { $0 += 1 }
  }

  /// Pieces that are free.
  var free: Int { pieces.withLock { $0 } }
}
