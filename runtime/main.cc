#include "runtime/cli/commands.h"

int main(int argc, char** argv) { return mlc::cli::run(argc, argv); }
