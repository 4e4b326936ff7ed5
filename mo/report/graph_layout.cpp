#include "mo/report/graph_layout.h"

#include <algorithm>
#include <numeric>

namespace moir::mo {
namespace {

constexpr size_t kMaxBends = 50000;
constexpr int kOrderSweeps = 8;
constexpr int kPlaceSweeps = 10;

class Layouter {
 public:
  Layouter(size_t node_count, const std::vector<std::pair<size_t, size_t>>& edges, const LayoutSizes& sizes)
      : sizes_(sizes), nodes_(node_count), edges_(edges) {}

  GraphLayout Run() {
    AssignLayers();
    AddBends();
    for (int sweep = 0; sweep < kOrderSweeps; ++sweep) Order(sweep % 2 == 0);
    Pack();
    for (int sweep = 0; sweep < kPlaceSweeps; ++sweep) Place(sweep % 2 == 0);
    return Result();
  }

 private:
  void AssignLayers() {
    layer_.assign(nodes_, 0);
    // Producers have smaller numbers, so edges sorted by reader settle producers first.
    std::vector<std::pair<size_t, size_t>> sorted = edges_;
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    for (const auto& [from, to] : sorted) layer_[to] = std::max(layer_[to], layer_[from] + 1);
  }

  // From here on everything that takes room in a layer is an item: nodes first, bends behind them.
  void AddBends() {
    paths_.resize(edges_.size());
    for (size_t e = 0; e < edges_.size(); ++e) {
      const auto [from, to] = edges_[e];
      paths_[e] = {from};
      if (layer_.size() - nodes_ + (layer_[to] - layer_[from]) <= kMaxBends) {
        for (size_t layer = layer_[from] + 1; layer < layer_[to]; ++layer) {
          paths_[e].push_back(layer_.size());
          layer_.push_back(layer);
        }
      }
      paths_[e].push_back(to);
    }
    above_.resize(layer_.size());
    below_.resize(layer_.size());
    for (const std::vector<size_t>& path : paths_) {
      for (size_t i = 0; i + 1 < path.size(); ++i) {
        below_[path[i]].push_back(path[i + 1]);
        above_[path[i + 1]].push_back(path[i]);
      }
    }
    const size_t layers = layer_.empty() ? 0 : *std::max_element(layer_.begin(), layer_.end()) + 1;
    rows_.resize(layers);
    for (size_t item = 0; item < layer_.size(); ++item) rows_[layer_[item]].push_back(item);
    place_.resize(layer_.size());
    for (const std::vector<size_t>& row : rows_) Number(row);
  }

  void Number(const std::vector<size_t>& row) {
    for (size_t i = 0; i < row.size(); ++i) place_[row[i]] = static_cast<double>(i);
  }

  double MeanOf(const std::vector<size_t>& items, double otherwise) const {
    if (items.empty()) return otherwise;
    double sum = 0;
    for (const size_t item : items) sum += place_[item];
    return sum / static_cast<double>(items.size());
  }

  void Order(bool down) {
    for (size_t i = 0; i < rows_.size(); ++i) {
      std::vector<size_t>& row = rows_[down ? i : rows_.size() - 1 - i];
      std::vector<std::pair<double, size_t>> wanted;
      for (const size_t item : row) wanted.emplace_back(MeanOf(down ? above_[item] : below_[item], place_[item]), item);
      std::stable_sort(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
      for (size_t k = 0; k < row.size(); ++k) row[k] = wanted[k].second;
      Number(row);
    }
  }

  double Width(size_t item) const { return item < nodes_ ? sizes_.node_width : sizes_.bend_width; }
  double Distance(size_t left, size_t right) const { return (Width(left) + Width(right)) / 2 + sizes_.gap_x; }

  void Pack() {
    for (const std::vector<size_t>& row : rows_) {
      for (size_t i = 0; i < row.size(); ++i)
        place_[row[i]] = i == 0 ? 0 : place_[row[i - 1]] + Distance(row[i - 1], row[i]);
      const double middle = row.empty() ? 0 : place_[row.back()] / 2;
      for (const size_t item : row) place_[item] -= middle;
    }
  }

  // Both "as far left as allowed" and "as far right" keep the distances, hence so does their mean.
  void Place(bool down) {
    for (size_t i = 0; i < rows_.size(); ++i) {
      const std::vector<size_t>& row = rows_[down ? i : rows_.size() - 1 - i];
      std::vector<double> left(row.size()), right(row.size());
      for (size_t k = 0; k < row.size(); ++k)
        left[k] = right[k] = MeanOf(down ? above_[row[k]] : below_[row[k]], place_[row[k]]);
      for (size_t k = 1; k < row.size(); ++k) left[k] = std::max(left[k], left[k - 1] + Distance(row[k - 1], row[k]));
      for (size_t k = row.size(); k-- > 1;)
        right[k - 1] = std::min(right[k - 1], right[k] - Distance(row[k - 1], row[k]));
      for (size_t k = 0; k < row.size(); ++k) place_[row[k]] = (left[k] + right[k]) / 2;
    }
  }

  GraphLayout Result() const {
    GraphLayout layout;
    double least = 0, most = 0;
    bool first = true;
    for (size_t item = 0; item < place_.size(); ++item) {
      const double half = Width(item) / 2;
      least = first ? place_[item] - half : std::min(least, place_[item] - half);
      most = first ? place_[item] + half : std::max(most, place_[item] + half);
      first = false;
    }
    const double step = sizes_.node_height + sizes_.gap_y;
    const auto centre = [&](size_t item) {
      return LayoutPoint{place_[item] - least + sizes_.gap_x,
                         static_cast<double>(layer_[item]) * step + sizes_.node_height / 2 + sizes_.gap_y / 2};
    };
    for (size_t node = 0; node < nodes_; ++node) layout.nodes.push_back(centre(node));
    for (const std::vector<size_t>& path : paths_) {
      std::vector<LayoutPoint> points;
      for (const size_t item : path) points.push_back(centre(item));
      points.front().y += sizes_.node_height / 2;
      points.back().y -= sizes_.node_height / 2;
      layout.edges.push_back(std::move(points));
    }
    layout.width = most - least + 2 * sizes_.gap_x;
    layout.height = static_cast<double>(rows_.size()) * step;
    return layout;
  }

  const LayoutSizes& sizes_;
  size_t nodes_;
  const std::vector<std::pair<size_t, size_t>>& edges_;
  std::vector<size_t> layer_;               // per item
  std::vector<std::vector<size_t>> paths_;  // per edge: items from producer to reader
  std::vector<std::vector<size_t>> above_, below_, rows_;
  std::vector<double> place_;  // per item: first its rank in the row, then its x
};

}  // namespace

GraphLayout LayOutGraph(size_t node_count, const std::vector<std::pair<size_t, size_t>>& edges,
                        const LayoutSizes& sizes) {
  return Layouter(node_count, edges, sizes).Run();
}

}  // namespace moir::mo
