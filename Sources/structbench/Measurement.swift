import Glibc

/// Something to be done often: given how many times, it does it on values that change and returns a sum over them.
struct Case {
  let name: String
  let body: (Int) -> Int

  init(_ name: String, _ body: @escaping (Int) -> Int) {
    self.name = name
    self.body = body
  }
}

/// Operations per second of CPU time, the median of five rounds in which the cases take turns.
func measure(_ cases: [Case]) -> [Double] {
  let counts = cases.map(iterationsOfATwentiethSecond)
  var rates = cases.map { _ in [Double]() }
  for _ in 0..<5 {
    for (index, each) in cases.enumerated() {
      rates[index].append(Double(counts[index]) / seconds(each, times: counts[index]))
    }
  }
  return rates.map { $0.sorted()[$0.count / 2] }
}

private func iterationsOfATwentiethSecond(_ each: Case) -> Int {
  var count = 10_000
  while true {
    let time = seconds(each, times: count)
    if time > 0.025 { return max(1, Int(Double(count) * 0.05 / time)) }
    count *= 2
  }
}

private func seconds(_ each: Case, times: Int) -> Double {
  let start = cpuSeconds()
  consume(each.body(times))
  return cpuSeconds() - start
}

/// The process's own time: what other programs on the machine do is not counted.
private func cpuSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Uses a result in a way that the compiler cannot see through.
@inline(never)
private func consume(_ sum: Int) {
  withExtendedLifetime(sum) {}
  if sum == .min { print(sum) }
}
