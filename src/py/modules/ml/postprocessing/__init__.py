# SPDX-License-Identifier: MIT
# What a model's outputs mean: a module a family of models.
