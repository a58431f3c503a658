"""The toolkit's libraries stand on the standard library alone."""

import re
import unittest

from harness import ROOT

TOOLKIT = {"Framing": set()}  # what each may import


class Imports(unittest.TestCase):
    def test_nothing_but_the_floor_s_own(self):
        for library, allowed in TOOLKIT.items():
            files = sorted((ROOT / "Sources" / library).rglob("*.swift"))
            self.assertTrue(files, library)
            for file in files:
                found = re.findall(r"^\s*(?:@\w+\s+)*(?:\w+\s+)?import\s+(?:\w+\s+)?(\w+)", file.read_text(), re.M)
                with self.subTest(file=file.name):
                    self.assertLessEqual(set(found), allowed)


if __name__ == "__main__":
    unittest.main()
