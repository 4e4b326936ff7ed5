// Prints docs/operators.md: moir_operators_manual > docs/operators.md
#include <cstdlib>
#include <exception>
#include <iostream>

#include "tests/manual/operators_manual.h"

int main() try {
  std::cout << moir::test::OperatorsManual();
  return EXIT_SUCCESS;
} catch (const std::exception& error) {
  std::cerr << "error: " << error.what() << "\n";
  return EXIT_FAILURE;
}
