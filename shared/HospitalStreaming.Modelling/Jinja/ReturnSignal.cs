namespace HospitalStreaming.Modelling.Jinja;

/// <summary>dbt's return(): ends a macro with a value. It is control flow, caught by the macro's call.</summary>
internal sealed class ReturnSignal(object? value) : Exception
{
    public object? Value { get; } = value;
}
