// The results as one HTML page: no script, no file beside it, nothing fetched. Texts of the user are escaped.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <set>

#include "../common/drawing.h"
#include "../common/output_file.h"
#include "../common/picture.h"
#include "html.h"
#include "validation.h"

namespace moir::apps {
namespace {

constexpr size_t kLargestMatrix = 30;  // classes that a confusion matrix shows; beyond, the most frequent confusions
constexpr size_t kConfusionsListed = 40;
constexpr size_t kWorstPictures = 12;
constexpr int64_t kThumbnailSide = 320;

using Confusion = std::map<std::pair<int64_t, int64_t>, size_t>;

// "(nothing)" for what no class stands for.
std::string NameOf(int64_t class_index, const Validation& validation) {
  return class_index < 0 ? "(nothing)" : LabelOf(class_index, validation.labels);
}

std::string MatrixTable(const Confusion& confusion, const std::set<int64_t>& rows, const std::set<int64_t>& columns,
                        const Validation& validation) {
  std::string html = "<table class=\"matrix\"><tr><th>expected \\ predicted</th>";
  for (const int64_t column : columns) html += "<th>" + Escape(NameOf(column, validation)) + "</th>";
  html += "</tr>\n";
  for (const int64_t row : rows) {
    size_t sum = 0;
    for (const int64_t column : columns) {
      const auto found = confusion.find({row, column});
      if (found != confusion.end()) sum += found->second;
    }
    html += "<tr><th>" + Escape(NameOf(row, validation)) + "</th>";
    for (const int64_t column : columns) {
      const auto found = confusion.find({row, column});
      const size_t count = found == confusion.end() ? 0 : found->second;
      const double share = sum == 0 ? 0 : static_cast<double>(count) / static_cast<double>(sum);
      html += Format("<td class=\"%s\" style=\"--share:%.0f%%\">", row == column ? "right" : "wrong", share * 100) +
              (count == 0 ? "" : std::to_string(count)) + "</td>";
    }
    html += "</tr>\n";
  }
  return html + "</table>\n";
}

std::string ConfusionSection(const Confusion& confusion, const Validation& validation) {
  std::set<int64_t> rows, columns;
  for (const auto& [pair, count] : confusion) {
    // Every class that occurs gets a row and a column, so that the diagonal is where it is looked for.
    rows.insert(pair.first);
    columns.insert(pair.second);
    if (pair.first >= 0) columns.insert(pair.first);
    if (pair.second >= 0) rows.insert(pair.second);
  }
  std::string html = "<h2>Confusion</h2>\n";
  if (validation.options.detection)
    html += Format("<p>Boxes with a score of %g or more; difficult objects are left out.</p>\n",
                   validation.options.threshold);
  if (rows.size() <= kLargestMatrix && columns.size() <= kLargestMatrix)
    return html + MatrixTable(confusion, rows, columns, validation);
  std::vector<std::pair<size_t, std::pair<int64_t, int64_t>>> wrong;
  for (const auto& [pair, count] : confusion) {
    if (pair.first != pair.second) wrong.push_back({count, pair});
  }
  std::stable_sort(wrong.begin(), wrong.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  html += "<table><tr><th>expected</th><th>predicted</th><th>times</th></tr>\n";
  for (size_t i = 0; i < wrong.size() && i < kConfusionsListed; ++i) {
    html += "<tr><td>" + Escape(NameOf(wrong[i].second.first, validation)) + "</td><td>" +
            Escape(NameOf(wrong[i].second.second, validation)) + "</td><td>" + std::to_string(wrong[i].first) +
            "</td></tr>\n";
  }
  return html + "</table>\n";
}

Confusion ClassificationConfusion(const Validation& validation, size_t model) {
  Confusion confusion;
  for (size_t item = 0; item < validation.set.items.size(); ++item) {
    const auto& top = validation.classification[model].top[item];
    if (validation.pictures[item].problem.empty())
      ++confusion[{validation.set.items[item].class_index, top.empty() ? -1 : top[0].index}];
  }
  return confusion;
}

// A box in pixels as parts of the picture.
Box InParts(const Box& box, const Picture& picture, double last) {
  const auto width = static_cast<double>(picture.width), height = static_cast<double>(picture.height);
  return {box.xmin / width, box.ymin / height, (box.xmax + last) / width, (box.ymax + last) / height};
}

// The picture with the boxes of `model`, small; empty when it has become unreadable in the meantime.
std::string Thumbnail(const Validation& validation, size_t model, size_t item) {
  const DataItem& data = validation.set.items[item];
  Picture original;
  try {
    original = LoadPicture(data.path, 3);
  } catch (const Error&) {
    return {};
  }
  const double scale =
      static_cast<double>(kThumbnailSide) / static_cast<double>(std::max(original.width, original.height));
  const auto scaled = [&](int64_t size) {
    return std::max<int64_t>(1, std::llround(static_cast<double>(size) * scale));
  };
  Picture picture = Resize(original, scaled(original.width), scaled(original.height));
  if (validation.options.detection) {
    const ValidationOptions& options = validation.options;
    const std::vector<FoundBox>& boxes = validation.detection[model].boxes[item];
    const double last = options.inclusive ? 1 : 0;
    for (const TruthBox& object : data.boxes) {
      const bool found = std::any_of(boxes.begin(), boxes.end(), [&](const FoundBox& box) {
        return box.detection.class_index == object.class_index && box.detection.score >= options.threshold &&
               Overlap(box.detection.box, object.box, options.inclusive) >= options.overlap;
      });
      if (!found && !object.difficult) {
        DrawBox(picture, InParts(object.box, original, last), object.class_index,
                "missed: " + LabelOf(object.class_index, validation.labels));
      }
    }
    for (const FoundBox& box : boxes) {
      if (box.detection.score < options.threshold) continue;
      DrawBox(picture, InParts(box.detection.box, original, 0), box.detection.class_index,
              (box.result == MatchResult::kFalse ? "wrong: " : "") +
                  LabelOf(box.detection.class_index, validation.labels) + Format(" %.2f", box.detection.score));
    }
  }
  return "<img alt=\"\" src=\"data:image/jpeg;base64," + Base64(EncodeJpeg(picture)) + "\">";
}

std::string Figure(const std::string& thumbnail, const std::string& caption) {
  return "<figure>" + thumbnail + "<figcaption>" + caption + "</figcaption></figure>\n";
}

std::string Answer(const Validation& validation, size_t model, size_t item) {
  if (validation.options.detection) {
    const PictureCounts& counts = validation.detection[model].counts[item];
    return Format("%zu found, %zu missed, %zu wrong", counts.found, counts.missed, counts.wrong);
  }
  const auto& top = validation.classification[model].top[item];
  return top.empty() ? "nothing" : Escape(LabelOf(top[0].index, validation.labels)) + Format(" %.4f", top[0].value);
}

// Wrong answers that the classifier is surest of; pictures with most objects missed and boxes wrong.
std::vector<size_t> WorstPictures(const Validation& validation, size_t model) {
  std::vector<std::pair<double, size_t>> worst;
  for (size_t item = 0; item < validation.set.items.size(); ++item) {
    if (!validation.pictures[item].problem.empty()) continue;
    if (validation.options.detection) {
      const PictureCounts& counts = validation.detection[model].counts[item];
      if (counts.missed + counts.wrong > 0) worst.emplace_back(counts.missed + counts.wrong, item);
    } else {
      const auto& top = validation.classification[model].top[item];
      if (top.empty() || top[0].index != validation.set.items[item].class_index)
        worst.emplace_back(top.empty() ? INFINITY : top[0].value, item);
    }
  }
  std::stable_sort(worst.begin(), worst.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<size_t> items;
  for (const auto& [much, item] : worst) items.push_back(item);
  return items;
}

std::string WorstSection(const Validation& validation, size_t model) {
  const std::vector<size_t> items = WorstPictures(validation, model);
  if (items.empty()) return "<h2>Worst pictures</h2>\n<p>There is nothing wrong with any picture.</p>\n";
  std::string html = Format("<h2>Worst pictures</h2>\n<p>%zu of %zu pictures with something wrong.</p>\n<div>",
                            std::min(items.size(), kWorstPictures), items.size());
  for (size_t i = 0; i < items.size() && i < kWorstPictures; ++i) {
    const DataItem& item = validation.set.items[items[i]];
    std::string caption = Escape(item.name) + "<br>" + Answer(validation, model, items[i]);
    if (!validation.options.detection) caption += ", expected " + Escape(LabelOf(item.class_index, validation.labels));
    html += Figure(Thumbnail(validation, model, items[i]), caption);
  }
  return html + "</div>\n";
}

std::string DisagreementSection(const Validation& validation) {
  const std::vector<size_t>& items = validation.disagreements;
  std::string html = Format("<h2>Where the models disagree</h2>\n<p>On %zu pictures.</p>\n<div>", items.size());
  for (size_t i = 0; i < items.size() && i < kWorstPictures; ++i) {
    const DataItem& item = validation.set.items[items[i]];
    std::string caption = Escape(item.name);
    if (!validation.options.detection)
      caption += "<br>expected " + Escape(LabelOf(item.class_index, validation.labels));
    for (size_t model = 0; model < 2; ++model)
      caption += Format("<br>model %zu: ", model + 1) + Answer(validation, model, items[i]);
    std::string pictures = Thumbnail(validation, 0, items[i]);
    if (validation.options.detection) pictures += Thumbnail(validation, 1, items[i]);
    html += Figure(pictures, caption);
  }
  return html + "</div>\n";
}

std::string CurveSection(const Validation& validation, size_t model) {
  std::string html = "<h2>Precision over recall</h2>\n<div>";
  const DetectionResult& result = validation.detection[model];
  for (size_t i = 0; i < result.curves.size(); ++i) {
    const ClassCurve& curve = result.curves[i];
    if (curve.objects == 0) continue;
    html += Figure(Curve(curve.recall, curve.precision),
                   Escape(validation.labels[i]) + Format("<br>AP %.4f of 11 points, %.4f of all<br>%zu objects",
                                                         curve.eleven_points, curve.all_points, curve.objects));
  }
  return html + "</div>\n";
}

std::string LeftOutSection(const Validation& validation) {
  const std::vector<SkippedItem> left_out = LeftOut(validation);
  if (left_out.empty()) return {};
  std::string html = Format("<h2>Left out: %zu</h2>\n<ul>", left_out.size());
  for (const SkippedItem& item : left_out) html += "<li>" + Escape(item.name) + ": " + Escape(item.reason) + "</li>\n";
  return html + "</ul>\n";
}

// Of pictures with answers that are NaN or infinite, which are no answers.
std::string NotFiniteCard(const std::vector<size_t>& items) {
  return items.empty() ? std::string() : Card("not finite", Format("%zu pictures", items.size()));
}

std::string Cards(const Validation& validation, size_t model) {
  const auto time_of = [](const RunTime& time) {
    return time.pictures == 0 ? 0 : time.milliseconds / static_cast<double>(time.pictures);
  };
  if (validation.options.detection) {
    const DetectionResult& result = validation.detection[model];
    return Card("mAP, 11 points", Format("%.4f", result.eleven_points)) +
           Card("mAP, all points", Format("%.4f", result.all_points)) +
           Card("pictures", std::to_string(result.time.pictures)) +
           Card("objects", Format("%zu and %zu difficult", result.objects, result.difficult)) +
           Card("overlap", Format("%g", validation.options.overlap)) +
           Card("per picture", Format("%.3f ms", time_of(result.time))) + NotFiniteCard(result.not_finite);
  }
  const ClassificationResult& result = validation.classification[model];
  return Card("top-1", Format("%.4f", result.Top1())) + Card("top-5", Format("%.4f", result.Top5())) +
         Card("pictures", std::to_string(result.pictures)) +
         Card("per picture", Format("%.3f ms", time_of(result.time))) + NotFiniteCard(result.not_finite);
}

}  // namespace

void WriteHtml(const std::string& path, const Validation& validation) {
  std::string html = PageStart("Validation of " + std::filesystem::path(validation.models[0]).filename().string());
  if (validation.models.size() == 2) html += DisagreementSection(validation);
  for (size_t model = 0; model < validation.models.size(); ++model) {
    html += "<h1>" + Escape(validation.models[model]) + "</h1>\n<div class=\"cards\">" + Cards(validation, model) +
            "</div>\n";
    if (validation.options.detection) html += CurveSection(validation, model);
    html += ConfusionSection(validation.options.detection ? validation.detection[model].confusion
                                                          : ClassificationConfusion(validation, model),
                             validation);
    html += WorstSection(validation, model);
  }
  html += LeftOutSection(validation) + kPageEnd;
  WriteFile(path, html);
}

}  // namespace moir::apps
