// The page of --report in a real browser (headless Chromium): everything on it works, no name of the model is read as
// HTML, nothing is fetched. A missing browser is a failure; only "./test.sh --full" runs this program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "graph/text.h"
#include "mo/report/report_text.h"
#include "tests/support/mxnet_files.h"
#include "tests/support/subprocess.h"

namespace moir::mo {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kEvil = "</script><img src=x onerror=alert(1)>";

// Runs in the page after its own script; what it finds out becomes the text of <pre id="result">.
constexpr const char* kProbe = R"js(
{
const result = {};
const nodes = () => [...document.querySelectorAll(".node")];
const transform = () => document.getElementById("view").getAttribute("transform");
const click = element => element.dispatchEvent(new MouseEvent("click", {bubbles: true}));
result.nodes = nodes().length;
result.edges = document.querySelectorAll(".edge").length;
result.images = document.querySelectorAll("img").length;
result.title = document.title;

const search = document.getElementById("search");
search.value = "relu";
search.dispatchEvent(new Event("input"));
result.found = document.querySelectorAll(".node.found").length;
result.matches = document.getElementById("matches").textContent;
click(document.getElementById("next"));
result.second = document.getElementById("matches").textContent;

click(nodes()[1]);
result.details = document.getElementById("details").innerText;
result.chosen = document.querySelectorAll(".node.chosen").length;
result.edges_chosen = document.querySelectorAll(".edge.chosen").length;
click(document.querySelector("#details a"));
result.followed = document.querySelector("#details b").textContent;

const scale = () => Number(transform().match(/scale\(([^)]*)\)/)[1]);
const canvas = document.getElementById("drawing");
let before = scale();
canvas.dispatchEvent(new WheelEvent("wheel", {deltaY: -200, clientX: 100, clientY: 400, cancelable: true}));
result.zoomed = scale() > before;
before = transform();
canvas.dispatchEvent(new PointerEvent("pointerdown", {clientX: 10, clientY: 10}));
window.dispatchEvent(new PointerEvent("pointermove", {clientX: 60, clientY: 30}));
window.dispatchEvent(new PointerEvent("pointerup", {}));
result.moved = transform() !== before;
before = transform();
window.dispatchEvent(new PointerEvent("pointermove", {clientX: 90, clientY: 90}));
result.let_go = transform() === before;
click(document.getElementById("fit"));
const box = document.getElementById("view").getBoundingClientRect(), frame = canvas.getBoundingClientRect();
result.fits = box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;

const heading = [...document.querySelectorAll("th")].find(th => th.textContent === "multiply-adds");
click(heading);
const rows = heading.closest("table").querySelectorAll("tbody tr");
result.most_expensive = rows[0].children[1].textContent;
click(rows[0]);
result.jumped = document.querySelector("#details b").textContent;
result.verification = document.getElementById("verification").innerText;
result.fetched = performance.getEntriesByType("resource").map(entry => entry.name);
result.errors = window.errors;
const out = document.createElement("pre");
out.id = "result";
out.textContent = encodeURIComponent(JSON.stringify(result));
document.body.append(out);
}
)js";

std::string Decoded(const std::string& text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      decoded += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

std::string FindBrowser() {
  for (const char* name : {"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}) {
    const auto found = test::RunProgram("/bin/sh", {"-c", std::string("command -v ") + name});
    if (found.exit_code == 0) return name;
  }
  return {};
}

class ReportInABrowser : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("moir-browser-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(ReportInABrowser, EverythingOnThePageWorks) {
  const std::string browser = FindBrowser();
  ASSERT_NE(browser, "") << "this test needs Chromium: apt-get install chromium";

  const auto graph = graph::ParseGraph(R"(
    x : f32[1,3,8,8]; w : f32[4,3,3,3] = fill(1); v : f32[4,4,1,1] = fill(1)
    a = Convolution(x, w); b = ReLU(a); c = Convolution(b, v); d = ReLU(c); y = Add(d, b); return y)");
  graph->Rename(graph->FindNode("c"), kEvil);
  ModelReport report;
  report.model = std::string("net ") + kEvil;
  DescribeGraph(*graph, report);
  report.notes = {kEvil};
  report.engines = {"moir engine"};
  report.verification.push_back({"y", 2e-6, 3, true});

  std::string html = ReportHtml(report);
  const auto insert = [&](const std::string& before, const std::string& text) {
    const size_t at = html.rfind(before);
    ASSERT_NE(at, std::string::npos);
    html.insert(at, text);
  };
  insert("<style>",
         "<script>window.errors = []; window.onerror = (text) => { window.errors.push(String(text)); };</script>");
  insert("</body>", std::string("<script>") + kProbe + "</script>");
  const std::string page = (folder_ / "report.html").string();
  test::WriteText(page, html);
  const auto run = test::RunProgram(
      "/bin/sh",
      {"-c", browser + " --headless --no-sandbox --disable-gpu --user-data-dir='" + (folder_ / "profile").string() +
                 "' --window-size=1400,1000 --virtual-time-budget=5000 --dump-dom 'file://" + page + "'"});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  const std::string opening = R"(<pre id="result">)";
  const size_t begin = run.output.find(opening);
  ASSERT_NE(begin, std::string::npos) << "the page's script did not come to its end\n" << run.output.substr(0, 3000);
  const size_t text = begin + opening.size();
  const Json result = Json::parse(Decoded(run.output.substr(text, run.output.find("</pre>", text) - text)));

  EXPECT_TRUE(result["errors"].empty()) << result["errors"];
  EXPECT_TRUE(result["fetched"].empty()) << result["fetched"];
  EXPECT_EQ(result["images"], 0);
  EXPECT_EQ(result["title"], report.model + " - report of mo");
  EXPECT_EQ(result["nodes"], 6);
  EXPECT_EQ(result["edges"], 6);
  EXPECT_EQ(result["found"], 2);
  EXPECT_EQ(result["matches"], "1 of 2");
  EXPECT_EQ(result["second"], "2 of 2");
  EXPECT_EQ(result["chosen"], 1);
  EXPECT_EQ(result["edges_chosen"], 2);
  const std::string details = result["details"];
  for (const char* part : {"Convolution", "f32[1,4,6,6] a", "f32[4,3,3,3] w", "strides = [", "3,888"})
    EXPECT_THAT(details, ::testing::HasSubstr(part));
  EXPECT_EQ(result["followed"], "x");
  for (const char* what : {"zoomed", "moved", "let_go", "fits"}) EXPECT_EQ(result[what], true) << what;
  EXPECT_EQ(result["most_expensive"], "a");
  EXPECT_EQ(result["jumped"], "a");
  EXPECT_THAT(result["verification"].get<std::string>(), ::testing::HasSubstr("2.00e-6"));
}

}  // namespace
}  // namespace moir::mo
