from hullcheck.delivery.outputs import as_lines


def test_outputs_are_lines_of_key_and_value() -> None:
    assert as_lines([("high_count", "3"), ("sbom_path", "")]) == "high_count=3\nsbom_path=\n"


def test_a_value_cannot_end_its_line_and_begin_another() -> None:
    hostile = "reports/x\nscan_passed=true\r\u2028\x1b[31m.json"
    lines = as_lines([("json_path", hostile)])
    assert lines == "json_path=reports/x_scan_passed=true___[31m.json\n"
    assert len(lines.splitlines()) == 1
