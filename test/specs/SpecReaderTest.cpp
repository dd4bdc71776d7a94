#include "TestSpecs.h"
