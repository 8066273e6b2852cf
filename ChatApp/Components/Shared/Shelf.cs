using System.Runtime.CompilerServices;

namespace ChatApp.Components.Shared;

/// <summary>
/// What many pages make alike of a thing: made once for each way of showing it, and kept for as long as the thing is there.
/// </summary>
/// <typeparam name="TThing">What is shown; the same object on all pages.</typeparam>
/// <typeparam name="TFace">On what the result depends besides.</typeparam>
/// <typeparam name="TMade">What is made; immutable.</typeparam>
internal sealed class Shelf<TThing, TFace, TMade>
    where TThing : class
    where TFace : struct, IEquatable<TFace>
{
    private readonly ConditionalWeakTable<TThing, Faces> _things = [];

    /// <summary>What was made of a thing, or is made now.</summary>
    /// <param name="thing">The thing.</param>
    /// <param name="face">How it is shown.</param>
    /// <param name="state">For <paramref name="make"/>.</param>
    /// <param name="make">Makes it.</param>
    public TMade Get<TState>(TThing thing, TFace face, TState state, Func<TState, TMade> make) => _things.GetOrCreateValue(thing).Get(face, state, make);

    // The few ways in which one thing is shown at a time.
    private sealed class Faces
    {
        private const int Most = 8;
        private readonly Lock _gate = new();
        private readonly List<(TFace Face, TMade Made)> _known = [];

        public TMade Get<TState>(TFace face, TState state, Func<TState, TMade> make)
        {
            lock (_gate)
            {
                foreach (var known in _known)
                {
                    if (known.Face.Equals(face)) return known.Made;
                }

                if (_known.Count == Most) _known.RemoveAt(0);
                var made = make(state);
                _known.Add((face, made));
                return made;
            }
        }
    }
}
