# SPDX-License-Identifier: Apache-2.0
# RubyGems' own class.
STDIN.each_line(chomp: true) do |line|
  a, b = line.split("\t", -1)
  ok = [a, b].map { |v| Gem::Version.correct?(v) }
  order = ok.all? ? '=><'[Gem::Version.new(a) <=> Gem::Version.new(b)] : '?'
  puts order + ok.map { |o| o ? '+' : '-' }.join
end
