module example.com/a
require "../x y" v1.0.0
