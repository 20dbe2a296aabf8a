// SPDX-License-Identifier: Apache-2.0
// What Wine's ucrtbase.dll leaves out of C99's complex numbers, and numpy uses. All other names are
// forwarded to Wine's own. Microsoft's layout: two numbers, passed as a structure.
#include <math.h>

typedef struct {
    double real, imaginary;
} Double;
typedef struct {
    float real, imaginary;
} Float;

double own_creal(Double z) { return z.real; }
double own_cimag(Double z) { return z.imaginary; }
double own_cabs(Double z) { return hypot(z.real, z.imaginary); }
double own_carg(Double z) { return atan2(z.imaginary, z.real); }
Double own_conj(Double z) { return (Double){z.real, -z.imaginary}; }

float own_crealf(Float z) { return z.real; }
float own_cimagf(Float z) { return z.imaginary; }
float own_cabsf(Float z) { return hypotf(z.real, z.imaginary); }
float own_cargf(Float z) { return atan2f(z.imaginary, z.real); }
Float own_conjf(Float z) { return (Float){z.real, -z.imaginary}; }
