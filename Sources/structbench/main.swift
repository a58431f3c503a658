// Packs and unpacks two formats and prints one JSON object of operations per second of CPU time, by case.
//
//     structbench [PART OF A CASE'S NAME]
//
// `pack FORMAT` and `unpack FORMAT` are the typed form. The others have their kind behind the format: `[UInt8]` the
// typed form with arrays for byte strings, `Int` the typed form with types that are not the fields' own (Int for
// integers, Double for floats), `dynamic` with PackedValues (`reused` into an array that is kept), and `storeBytes` and
// `loadBytes` what a programmer would write by hand for just this record, with and without arrays.

let wanted = CommandLine.arguments.dropFirst().first ?? ""
let cases = try telemetryCases() + sampleCases()
let exact = cases.filter { $0.name == wanted }
let chosen = exact.isEmpty ? cases.filter { $0.name.contains(wanted) } : exact
let rates = measure(chosen)

print("{")
for (index, measured) in zip(chosen, rates).enumerated() {
  let comma = index + 1 < chosen.count ? "," : ""
  print("  \"\(measured.0.name)\": \(Int(measured.1))\(comma)")
}
print("}")
