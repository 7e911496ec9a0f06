using HospitalStreaming.Modelling;
using HospitalStreaming.Modelling.Jinja;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Modelling;

public sealed class JinjaTests
{
    [Theory]
    [InlineData("plain { text } with % signs", "plain { text } with % signs")]
    [InlineData("{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 7 // 2 }} {{ -7 % 3 }} {{ 2 ** 3 }} {{ 1 / 4 }}", "7 9 3 2 8 0.25")]
    [InlineData("{{ 'a' ~ 1 ~ true ~ none }}", "a1TrueNone")]
    [InlineData("{{ 'x' if 1 > 2 else 'y' }}{{ 'z' if false }}", "y")]
    [InlineData("{{ not true or true and 2 in [1, 2] }}", "True")]
    [InlineData("{{ 3 not in [1, 2] }} {{ 'b' in 'abc' }} {{ 'k' in {'k': 1} }}", "True True True")]
    [InlineData("{% if x is defined %}a{% elif y == 2 %}b{% else %}c{% endif %}", "b")]
    [InlineData("{% for a, b in {'p': 1, 'q': 2}.items() %}{{ loop.index }}{{ a }}{{ b }}{% if not loop.last %},{% endif %}{% endfor %}", "1p1,2q2")]
    [InlineData("{% for i in range(4) if i is odd %}{{ i }}{% else %}none{% endfor %}{% for i in [] %}x{% else %}empty{% endfor %}", "13empty")]
    [InlineData("{% set n = namespace(total=0) %}{% for i in [1, 2, 3] %}{% set n.total = n.total + i %}{% endfor %}{{ n.total }}", "6")]
    [InlineData("{% set a, b = 'x', 'y' %}", null)]
    [InlineData("{% set a, b = ['x', 'y'] %}{{ b }}{{ a }}", "yx")]
    [InlineData("{% set text %}in {{ y }}{% endset %}[{{ text }}]", "[in 2]")]
    [InlineData("a  {%- if true -%}  b  {%- endif -%}  c", "abc")]
    [InlineData("a {# not {{ this }} -#}   b", "a b")]
    [InlineData("{% raw %}{{ kept }}{% endraw %}", "{{ kept }}")]
    [InlineData("{{ 'Ab' | upper | lower }}{{ ' x ' | trim }}{{ missing | default('d') }}{{ [3, 1, 2] | sort | join('-') }}", "abxd1-2-3")]
    [InlineData("{{ ['a', 'b'] | map('upper') | list | join }}{{ [1, 2] | length }}{{ 'a,b'.split(',')[1] }}{{ 'abc'[:2] }}{{ [1, 2, 3][-1] }}", "AB2bab3")]
    [InlineData("{{ '12' | int + 1 }}{{ 'x'.replace('x', 'y') }}{{ {'a': {'b': 5}}.a['b'] }}", "13y5")]
    [InlineData("{% macro twice(x, times=2) %}{{ x * times }}{% endmacro %}{{ twice(4) }}{{ twice(times=3, x=2) }}", "86")]
    [InlineData("{% do items.append('z') %}{{ items | join('') }}", "abz")]
    public void Renders(string template, string? expected)
    {
        var scope = new Scope(null);
        scope.Set("y", 2L);
        scope.Set("items", new List<object?> { "a", "b" });
        scope.Set("range", (Callable)(call => Enumerable.Range(0, (int)(long)call.Need(0, "stop")!).Select(i => (object?)(long)i).ToList()));
        scope.Set("namespace", (Callable)(call => new Namespace(call.Named.ToDictionary(pair => pair.Key, pair => pair.Value))));
        if (expected is null)
        {
            Should.Throw<ModelProblemException>(() => Render(template, scope));
            return;
        }

        Render(template, scope).ShouldBe(expected);
    }

    [Theory]
    [InlineData("a\n  {{ beats }}", "f.sql:2:6: 'beats' is not defined or not supported")]
    [InlineData("{{ run_query('x') }}", "f.sql:1:4: 'run_query' is not a known macro or function, or is not supported")]
    [InlineData("{{ 'x' | tojson }}", "f.sql:1:10: the filter tojson is not supported")]
    [InlineData("{{ 'x' is callable }}", "f.sql:1:8: the test 'is callable' is not supported")]
    [InlineData("{{ 'x'.zfill(3) }}", "f.sql:1:7: the method zfill of a text is not supported")]
    [InlineData("\n\n{% snapshot s %}{% endsnapshot %}", "f.sql:3:1: the block {% snapshot %} is not supported")]
    [InlineData("{% call statement('x') %}{% endcall %}", "f.sql:1:1: the block {% call %} is not supported")]
    [InlineData("{% if true %}\nx", "f.sql:1:14: {% endif %} is missing")]
    [InlineData("{% endif %}", "f.sql:1:1: {% endif %} has no beginning")]
    [InlineData("{{ 1 + }}", "f.sql:1:8: an expression is missing")]
    [InlineData("{{ f(*args) }}", "f.sql:1:6: unpacking arguments with * or ** is not supported")]
    [InlineData("{{ 'open }}", "f.sql:1:4: the string is not closed")]
    [InlineData("{{ 1", "f.sql:1:1: {{ is not closed")]
    [InlineData("{# 1", "f.sql:1:1: the comment {# is not closed")]
    [InlineData("{% raw %} x", "f.sql:1:1: {% raw %} is not closed by {% endraw %}")]
    [InlineData("{{ 1 / 0 }}", "f.sql:1:6: division by zero")]
    [InlineData("{{ 'a' + 1 }}", "f.sql:1:4: a number is expected")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "m calls itself too deeply")]
    [InlineData("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", "m takes 1 arguments, not 2")]
    [InlineData("{% macro m(a) %}{% endmacro %}{{ m(b=2) }}", "m has no argument b")]
    public void Refuses_by_name_with_the_place(string template, string message) =>
        Should.Throw<ModelProblemException>(() => Render(template, new Scope(null))).Message.ShouldContain(message);

    private static string Render(string template, Scope scope) => Renderer.Render(TemplateParser.Parse("f.sql", template), scope);
}
