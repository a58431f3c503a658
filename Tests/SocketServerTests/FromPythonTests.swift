import Testing

@Suite("docs/FROM-PYTHON.md")
struct FromPythonTests {
  @Test(
    "every public name of Python's modules and of their classes is in the table",
    arguments: ["selectors", "socketserver", "struct"])
  func everyName(_ module: String) throws {
    let script = """
      import importlib, inspect, re
      path, name = sys.argv[1:]
      text = open(path, encoding="utf-8").read()
      section = re.search(rf"^## {name}\\n(.*?)(?=^## |\\Z)", text, re.M | re.S).group(1)
      first = "".join(line.split("|")[1] for line in section.splitlines() if line.startswith("|"))
      words = set(re.findall(r"\\w+", "".join(re.findall("`[^`]*`", first))))
      module = importlib.import_module(name)
      names = set()
      for key, value in vars(module).items():
          exported = key in getattr(module, "__all__", [])
          imported = inspect.ismodule(value) or getattr(value, "__module__", name) != name and not exported
          if key.startswith("_") or imported: continue
          names.add(key)
          if inspect.isclass(value): names.update(member for member in vars(value) if not member.startswith("_"))
      say(len(names))
      say(*sorted(names - words))
      """
    let path = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/docs/FROM-PYTHON.md"
    let lines = try Program.python(script, path, module).finish()
    #expect(lines.count == 2)
    #expect(Int(lines[0]) ?? 0 >= 10)
    #expect(lines[1] == "", "missing in docs/FROM-PYTHON.md")
  }
}
