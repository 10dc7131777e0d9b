// Runs a fuzz target without libFuzzer: its seeds, then inputs made from them, the same ones at every run. So the ordinary
// build and its sanitizers meet each target in every test run; searching is the fuzz preset's work.
//   <target>_replay [COUNT [SEEDS]]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

class Dice {
 public:
  uint64_t roll() {  // xorshift64*
    state_ ^= state_ >> 12, state_ ^= state_ << 25, state_ ^= state_ >> 27;
    return state_ * 0x2545F4914F6CDD1Dull;
  }
  size_t below(size_t bound) { return bound == 0 ? 0 : static_cast<size_t>(roll() % bound); }

 private:
  uint64_t state_ = 0x9E3779B97F4A7C15ull;
};

std::vector<std::string> read_seeds(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  if (std::filesystem::exists(folder))
    for (const auto& file : std::filesystem::directory_iterator(folder)) files.push_back(file.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> seeds{""};
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    seeds.push_back(text.str());
  }
  return seeds;
}

// What the formats are made of, and what they refuse.
constexpr std::string_view kSigns("{}[]\",:\\\r\n\t 0-9.eE\0\x7f\x80\xff", 22);

std::string mutated(const std::vector<std::string>& seeds, Dice& dice) {
  std::string text = seeds[dice.below(seeds.size())];
  for (size_t times = 1 + dice.below(4); times > 0; --times) {
    const size_t at = dice.below(text.size() + 1), length = dice.below(std::min<size_t>(text.size() - at, 32) + 1);
    switch (dice.below(6)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(dice.roll());
        break;
      case 1:
        text.insert(at, 1, kSigns[dice.below(kSigns.size())]);
        break;
      case 2:
        text.erase(at, length);
        break;
      case 3:
        text.insert(at, text.substr(at, length));
        break;
      case 4:
        text.resize(at);
        break;
      default: {  // the end of another seed
        const auto& other = seeds[dice.below(seeds.size())];
        text = text.substr(0, at) + other.substr(dice.below(other.size() + 1));
      }
    }
  }
  return text;
}

void run(const std::string& text) { LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(text.data()), text.size()); }

}  // namespace

int main(int count, char** arguments) {
  const int inputs = count > 1 ? std::atoi(arguments[1]) : 20'000;
  const auto seeds = read_seeds(count > 2 ? arguments[2] : "");
  for (const auto& seed : seeds) run(seed);
  Dice dice;
  for (int i = 0; i < inputs; ++i) run(mutated(seeds, dice));
  std::printf("%zu seeds and %d inputs made from them\n", seeds.size() - 1, inputs);
  return 0;
}
