namespace HospitalStreaming.Modelling.Jinja;

/// <summary>Evaluates expressions in a scope.</summary>
internal static class Evaluator
{
    public static object? Evaluate(Expression expression, Scope scope) => expression switch
    {
        Literal literal => literal.Value,
        NameOf name => scope.Get(name.Name),
        ListOf list => list.Items.Select(item => Evaluate(item, scope)).ToList(),
        DictOf dict => dict.Entries.ToDictionary(entry => Values.Text(Evaluate(entry.Key, scope), entry.Key.Place), entry => Evaluate(entry.Value, scope)),
        AttributeOf attribute => Methods.Of(Defined(attribute.Target, scope), attribute.Name, attribute.Place),
        ItemOf item => Item(item, scope),
        SliceOf slice => Slice(slice, scope),
        CallOf call => Call(call, scope),
        FilterOf filter => Filters.Apply(filter.Filter, Evaluate(filter.Target, scope), Arguments(filter.Place, filter.Arguments, scope)),
        TestOf test => Test(test, scope) != test.Negated,
        UnaryOf unary => Unary(unary, scope),
        BinaryOf binary => Binary(binary, scope),
        ChoiceOf choice => Values.IsTrue(Evaluate(choice.Condition, scope)) ? Evaluate(choice.Then, scope)
            : choice.Else is null ? string.Empty : Evaluate(choice.Else, scope),
        _ => throw expression.Place.Problem("this expression is not supported"),
    };

    public static CallArguments Arguments(Place place, IReadOnlyList<Argument> arguments, Scope scope) => new(
        place,
        [.. arguments.Where(argument => argument.Name is null).Select(argument => Evaluate(argument.Value, scope))],
        arguments.Where(argument => argument.Name is not null).ToDictionary(argument => argument.Name!, argument => Evaluate(argument.Value, scope)));

    private static object Defined(Expression target, Scope scope) => Evaluate(target, scope) switch
    {
        null => throw target.Place.Problem("none has no attributes"),
        Undefined undefined => throw target.Place.Problem($"'{undefined.Name}' is not defined or not supported"),
        var value => value,
    };

    private static object? Call(CallOf call, Scope scope) => Evaluate(call.Target, scope) switch
    {
        Callable callable => callable(Arguments(call.Place, call.Arguments, scope)),
        Undefined undefined => throw call.Target.Place.Problem($"'{undefined.Name}' is not a known macro or function, or is not supported"),
        _ => throw call.Place.Problem("this is not a function"),
    };

    private static object? Item(ItemOf item, Scope scope)
    {
        var index = Evaluate(item.Index, scope);
        switch (Defined(item.Target, scope))
        {
            case List<object?> list when index is long at:
                at = at < 0 ? at + list.Count : at;
                return at >= 0 && at < list.Count ? list[(int)at] : throw item.Place.Problem("the index is outside the list");
            case string text when index is long at:
                at = at < 0 ? at + text.Length : at;
                return at >= 0 && at < text.Length ? text[(int)at].ToString() : throw item.Place.Problem("the index is outside the text");
            case Dictionary<string, object?> dict when index is string key:
                return dict.TryGetValue(key, out var value) ? value : new Undefined(key);
            case JinjaObject target when index is string key:
                return target.Member(key);
            default:
                throw item.Place.Problem("this value cannot be indexed so");
        }
    }

    private static object Slice(SliceOf slice, Scope scope)
    {
        var target = Defined(slice.Target, scope);
        var length = target is string whole ? whole.Length : Values.Items(target, slice.Place).Count;
        var from = Bound(slice.From, 0);
        var to = Math.Max(from, Bound(slice.To, length));
        return target is string text ? text[from..to] : Values.Items(target, slice.Place).GetRange(from, to - from);

        int Bound(Expression? bound, int missing)
        {
            var at = bound is null ? missing : (int)Values.Number(Evaluate(bound, scope), slice.Place);
            return Math.Clamp(at < 0 ? at + length : at, 0, length);
        }
    }

    private static bool Test(TestOf test, Scope scope)
    {
        var value = Evaluate(test.Target, scope);
        return test.Test switch
        {
            "defined" => value is not Undefined,
            "undefined" => value is Undefined,
            "none" => value is null,
            "string" => value is string,
            "number" => value is long or decimal,
            "integer" => value is long,
            "boolean" => value is bool,
            "mapping" => value is Dictionary<string, object?>,
            "iterable" or "sequence" => value is List<object?> or string or Dictionary<string, object?>,
            "true" => value is true,
            "false" => value is false,
            "even" => Values.Number(value, test.Place) % 2 == 0,
            "odd" => Values.Number(value, test.Place) % 2 != 0,
            "divisibleby" => Values.Number(value, test.Place) % Values.Number(Arguments(test.Place, test.Arguments, scope).Need(0, "num"), test.Place) == 0,
            "in" => Contains(Arguments(test.Place, test.Arguments, scope).Need(0, "seq"), value, test.Place),
            "equalto" or "eq" => Values.AreEqual(value, Arguments(test.Place, test.Arguments, scope).Need(0, "other")),
            _ => throw test.Place.Problem($"the test 'is {test.Test}' is not supported"),
        };
    }

    private static object? Unary(UnaryOf unary, Scope scope)
    {
        var value = Evaluate(unary.Operand, scope);
        return unary.Operator switch
        {
            "not" => !Values.IsTrue(value),
            "-" when value is long number => -number,
            "-" => -Values.Number(value, unary.Place),
            _ => value is long ? value : Values.Number(value, unary.Place),
        };
    }

    private static object? Binary(BinaryOf binary, Scope scope)
    {
        var left = Evaluate(binary.Left, scope);
        if (binary.Operator is "and" or "or")
        {
            return Values.IsTrue(left) == (binary.Operator == "or") ? left : Evaluate(binary.Right, scope);
        }

        var right = Evaluate(binary.Right, scope);
        return binary.Operator switch
        {
            "==" => Values.AreEqual(left, right),
            "!=" => !Values.AreEqual(left, right),
            "<" => Values.Compare(left, right, binary.Place) < 0,
            "<=" => Values.Compare(left, right, binary.Place) <= 0,
            ">" => Values.Compare(left, right, binary.Place) > 0,
            ">=" => Values.Compare(left, right, binary.Place) >= 0,
            "in" => Contains(right, left, binary.Place),
            "~" => Values.Text(left, binary.Left.Place) + Values.Text(right, binary.Right.Place),
            "+" when left is string a && right is string b => a + b,
            "+" when left is List<object?> a && right is List<object?> b => a.Concat(b).ToList(),
            _ => Calculate(binary, left, right),
        };
    }

    private static object Calculate(BinaryOf binary, object? left, object? right)
    {
        var a = Values.Number(left, binary.Left.Place);
        var b = Values.Number(right, binary.Right.Place);
        if (b == 0 && binary.Operator is "/" or "//" or "%")
        {
            throw binary.Place.Problem("division by zero");
        }

        var result = binary.Operator switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "//" => Math.Floor(a / b),
            "%" => a - (b * Math.Floor(a / b)),
            "**" => Power(a, b, binary.Place),
            _ => throw binary.Place.Problem($"the operator {binary.Operator} is not supported"),
        };
        return left is long && right is long && binary.Operator != "/" ? (object)(long)result : result;
    }

    private static decimal Power(decimal value, decimal exponent, Place place)
    {
        if (exponent < 0 || exponent > 64 || exponent != decimal.Truncate(exponent))
        {
            throw place.Problem("** needs a whole exponent from 0 to 64");
        }

        return Enumerable.Repeat(value, (int)exponent).Aggregate(1m, (product, factor) => product * factor);
    }

    private static bool Contains(object? container, object? item, Place place) => container switch
    {
        string text when item is string part => text.Contains(part, StringComparison.Ordinal),
        Dictionary<string, object?> dict => item is string key && dict.ContainsKey(key),
        _ => Values.Items(container, place).Any(each => Values.AreEqual(each, item)),
    };
}
