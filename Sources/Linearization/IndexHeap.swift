/// Numbers, of which the smallest comes out first.
struct IndexHeap: Sendable {
  private var items: [Int] = []

  mutating func removeAll() { items.removeAll(keepingCapacity: true) }

  mutating func insert(_ item: Int) {
    items.append(item)
    var index = items.count - 1
    while index > 0, items[(index - 1) / 2] > items[index] {
      items.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  mutating func pop() -> Int? {
    guard let last = items.popLast() else { return nil }
    guard let first = items.first else { return last }
    items[0] = last
    var index = 0
    while true {
      var smallest = index
      for child in 2 * index + 1...2 * index + 2 where child < items.count && items[child] < items[smallest] {
        smallest = child
      }
      guard smallest != index else { return first }
      items.swapAt(index, smallest)
      index = smallest
    }
  }
}
