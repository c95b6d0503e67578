<?php
// SPDX-License-Identifier: Apache-2.0
// Composer's own parser and PHP's version_compare, as Composer puts them together; branches are compared by nobody.
require 'Composer/Semver/autoload.php';

$parser = new Composer\Semver\VersionParser();
$read = function ($text) use ($parser) {
    try {
        return $parser->normalize($text);
    } catch (UnexpectedValueException $e) {
        return null;
    }
};
while (($line = fgets(STDIN)) !== false) {
    [$a, $b] = array_map($read, explode("\t", rtrim($line, "\n")));
    $branch = $a !== null && $b !== null && (strpos($a, 'dev-') === 0 || strpos($b, 'dev-') === 0);
    $order = $a === null || $b === null || $branch ? '?' : ['<', '=', '>'][version_compare($a, $b) + 1];
    echo $order, $a === null ? '-' : '+', $b === null ? '-' : '+', "\n";
}
