#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "runtime/app/repl_link.h"
#include "runtime/base/files.h"
#include "runtime/base/user_folders.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/line_editor.h"

namespace mlc::cli {
namespace {

using workbench::ReplEvent;

constexpr const char* kRed = "\x1b[31m";
constexpr const char* kFaint = "\x1b[2m";
constexpr const char* kEnd = "\x1b[0m";

// "" where none can be kept.
std::string history_file() {
  const std::string folder = state_folder();
  RealFiles files;
  return files.make_dirs(folder, 0700) ? folder + "/repl_history" : "";
}

bool wants_colour() {
  const char* terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) && std::getenv("NO_COLOR") == nullptr && terminal != nullptr && std::string(terminal) != "dumb";
}

struct Options {
  std::string client, instance;
};

void run_repl(Context& context, const Options& options) {
  if (!context.channel) {
    auto opened = app::open_channel({context.workspace, context.share, context.clock});
    if (!opened) return context.fail(opened.error());
    context.channel = std::move(*opened);
  }
  // Its own colours and cursor go out; values are quoted where they are shown.
  context.output.reset(), context.errors.reset();
  const bool colour = wants_colour();
  auto link = context.channel->repl({options.client, options.instance, colour});
  if (!link) return context.fail(link.error());
  app::ReplLink& session = **link;

  auto editor = make_line_editor(history_file(), [&](const std::string& before) {
    auto found = session.complete(before);
    return found ? std::make_pair(found->from, found->words) : std::make_pair(size_t{0}, std::vector<std::string>());
  });
  const bool terminal = editor->is_terminal();
  std::string prompt;
  bool over = false, unfinished = false;
  const auto hear = [&](const ReplEvent& event) {
    switch (event.kind) {
      case ReplEvent::Kind::output:
        std::cout << event.text << "\n";
        break;
      case ReplEvent::Kind::note:
        if (!terminal && prompt.empty()) break;  // the greeting is for a person
        std::cout << (colour ? kFaint : "") << event.text << (colour ? kEnd : "") << "\n";
        break;
      case ReplEvent::Kind::error:
        std::cout.flush();
        (terminal ? std::cout : std::cerr) << (colour ? kRed : "") << event.text << (colour ? kEnd : "") << "\n";
        if (!terminal) context.exit = kNo;
        break;
      case ReplEvent::Kind::ready:
        prompt = event.text;
        unfinished = event.text == ">> ";
        break;
      case ReplEvent::Kind::ended:
        over = true;
    }
    std::cout.flush();
  };
  auto went = session.begin(hear);
  if (terminal && context.channel->is_server()) std::cout << "attached to the running server\n";
  while (went && !over) {
    const auto line = editor->read(prompt);
    if (line.how == EditedLine::How::end) break;
    went = line.how == EditedLine::How::interrupted ? session.drop_line(hear) : session.line(line.text, hear);
  }
  if (!went) return context.fail(went.error());
  if (!terminal && unfinished) context.fail(kNo, "the input ended in the middle of a chunk");
}

}  // namespace

void add_repl(CLI::App& root, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = command(root, context, "repl", "Lua in the environment of a job, recorded jobs offline, the debugger; :help in it",
                          "ml-connector repl acme shop_nl\n  echo ':load 4711' | ml-connector repl", false,
                          [&context, options] { run_repl(context, *options); });
  sub->add_option("CLIENT", options->client, "name of the client (default: the only one that has an instance)");
  sub->add_option("INSTANCE", options->instance, "name of the instance (default: the client's only one)");
}

}  // namespace mlc::cli
