{{ market_size('month') }}
